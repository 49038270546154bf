#include "authz/policy_xml.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::authz {
namespace {

using xml::XmlElement;

XmlElement entry_element(std::string name, const identity::Name* who, PermissionSet permissions) {
  XmlElement element{.name = std::move(name)};
  if (who != nullptr) element.attributes.emplace_back("name", who->text());
  element.attributes.emplace_back("permissions", permissions.to_string());
  return element;
}

XmlElement acl_element(const Acl& acl) {
  XmlElement element{.name = "acl", .attributes = {{"name", acl.name.to_string()}}};
  if (!acl.description.empty()) element.attributes.emplace_back("description", acl.description);
  for (const auto& entry : acl.users) element.children.push_back(entry_element("user", &entry.who, entry.permissions));
  for (const auto& entry : acl.groups)
    element.children.push_back(entry_element("group", &entry.who, entry.permissions));
  if (acl.any_other) element.children.push_back(entry_element("any-other", nullptr, *acl.any_other));
  if (acl.unauthenticated) element.children.push_back(entry_element("unauthenticated", nullptr, *acl.unauthenticated));
  return element;
}

XmlElement pop_element(const Pop& pop) {
  XmlElement element{.name = "pop", .attributes = {{"name", pop.name.to_string()}}};
  if (!pop.description.empty()) element.attributes.emplace_back("description", pop.description);
  element.attributes.emplace_back("warning", pop.warning ? "yes" : "no");
  element.attributes.emplace_back("qop", name_of(pop.protection));
  for (const auto& entry : pop.networks) {
    element.children.push_back({.name = "network",
                                .attributes = {{"address", entry.network.address()},
                                               {"mask", entry.network.mask()},
                                               {"level", entry.requirement.to_string()}}});
  }
  element.children.push_back(
      {.name = "any-other-network", .attributes = {{"level", pop.any_other_network.to_string()}}});
  return element;
}

XmlElement object_element(const ObjectName& name, const ObjectRecord& record) {
  XmlElement element{.name = "object", .attributes = {{"name", name.text()}}};
  if (!record.description.empty()) element.attributes.emplace_back("description", record.description);
  element.attributes.emplace_back("type", std::to_string(record.type));
  element.attributes.emplace_back("policy-attachable", record.policy_attachable ? "yes" : "no");
  return element;
}

// The attribute's value; the schema has seen to it that the required ones are there.
std::string value_of(const XmlElement& element, std::string_view name) {
  const auto* value = element.attribute(name);
  return value == nullptr ? std::string() : *value;
}

EntryKind kind_of(const XmlElement& element) {
  if (element.name == "user") return EntryKind::user;
  if (element.name == "group") return EntryKind::group;
  return element.name == "any-other" ? EntryKind::any_other : EntryKind::unauthenticated;
}

}  // namespace

// Builds a document from elements that the schema allows; what the schema cannot say is checked here.
class PolicyReader {
 public:
  explicit PolicyReader(const PolicyLimits& limits) : document_(limits) {}

  Result<PolicyDocument> read(const XmlElement& root) && {
    for (const auto& element : root.children) {
      auto done = element.name == "acl"          ? read_acl(element)
                  : element.name == "pop"        ? read_pop(element)
                  : element.name == "object"     ? read_object(element)
                  : element.name == "attach-pop" ? read_pop_attachment(element)
                                                 : read_attachment(element);
      if (!done) return fail(std::move(done.error()));
    }
    const auto root_object = ObjectName::parse("/");
    if (document_.attached_acl(*root_object).empty()) {
      return fail(Errc::malformed, "no ACL is attached to /, the root object");
    }
    return std::move(document_);
  }

 private:
  Result<void> read_acl(const XmlElement& element) {
    const auto name = value_of(element, "name");
    if (auto done = document_.create_acl(name, value_of(element, "description")); !done) {
      return at(element, done.error());
    }
    for (const auto& entry : element.children) {
      if (auto done = read_entry(name, entry); !done) return done;
    }
    return {};
  }

  Result<void> read_entry(const std::string& acl, const XmlElement& element) {
    const auto permissions = PermissionSet::parse(value_of(element, "permissions"));
    if (!permissions) return at(element, permissions.error());
    EntryKey key{kind_of(element), std::nullopt};
    if (key.kind == EntryKind::user || key.kind == EntryKind::group) {
      const auto who = identity::Name::make(value_of(element, "name"));
      if (!who) return at(element, who.error());
      key.who = *who;
    }
    const auto so_far = document_.get(acl);
    if (!so_far) return at(element, so_far.error());
    if (key.who &&
        find_entry(key.kind == EntryKind::user ? (*so_far)->users : (*so_far)->groups, *key.who) != nullptr) {
      return at(element, Error(Errc::already_exists, "a second entry for " + element.name + " " + key.who->to_string()));
    }
    if (auto done = document_.set_entry(acl, key, *permissions); !done) return at(element, done.error());
    return {};
  }

  Result<void> read_pop(const XmlElement& element) {
    const auto name = value_of(element, "name");
    if (auto done = document_.create_pop(name, value_of(element, "description")); !done) {
      return at(element, done.error());
    }
    const auto pop = document_.get_pop(name);
    if (!pop) return at(element, pop.error());
    (*pop)->warning = value_of(element, "warning") == "yes";
    (*pop)->protection = protection_from(value_of(element, "qop")).value_or(Protection::privacy);
    for (const auto& child : element.children) {
      if (auto done = read_requirement(**pop, child); !done) return done;
    }
    return {};
  }

  Result<void> read_requirement(const Pop& pop, const XmlElement& element) {
    const auto requirement = Requirement::parse(value_of(element, "level"));
    if (!requirement) return at(element, requirement.error());
    if (element.name == "any-other-network") {
      auto done = document_.set_pop_any_other_network(pop.name.text(), *requirement);
      return done ? std::move(done) : at(element, done.error());
    }
    const auto network = Network::parse(value_of(element, "address"), value_of(element, "mask"));
    if (!network) return at(element, network.error());
    const auto is_it = [&](const Pop::Entry& entry) { return entry.network == *network; };
    if (std::any_of(pop.networks.begin(), pop.networks.end(), is_it)) {
      return at(element, Error(Errc::already_exists, "a second entry for the network " + network->address() + " " +
                                                         network->mask()));
    }
    auto done = document_.set_pop_network(pop.name.text(), *network, *requirement);
    return done ? std::move(done) : at(element, done.error());
  }

  Result<void> read_object(const XmlElement& element) {
    const auto name = ObjectName::parse(value_of(element, "name"));
    if (!name) return at(element, name.error());
    const auto type = parse_unsigned(value_of(element, "type"), kMaxObjectType);
    if (!type) return at(element, Error(Errc::malformed, "the object's type is no number from 0 to 17"));
    ObjectRecord record{value_of(element, "description"), static_cast<std::uint32_t>(*type),
                        value_of(element, "policy-attachable") == "yes"};
    if (auto done = document_.create_object(*name, std::move(record)); !done) return at(element, done.error());
    return {};
  }

  Result<void> read_attachment(const XmlElement& element) {
    const auto object = ObjectName::parse(value_of(element, "object"));
    if (!object) return at(element, object.error());
    if (const auto already = document_.attached_acl(*object); !already.empty()) {
      return at(element,
                Error(Errc::already_exists, "the ACL " + already + " is attached to " + object->text() + " already"));
    }
    if (auto done = document_.attach(*object, value_of(element, "acl")); !done) return at(element, done.error());
    return {};
  }

  Result<void> read_pop_attachment(const XmlElement& element) {
    const auto object = ObjectName::parse(value_of(element, "object"));
    if (!object) return at(element, object.error());
    if (const auto already = document_.attached_pop(*object); !already.empty()) {
      return at(element,
                Error(Errc::already_exists, "the POP " + already + " is attached to " + object->text() + " already"));
    }
    if (auto done = document_.attach_pop(*object, value_of(element, "pop")); !done) return at(element, done.error());
    return {};
  }

  static tl::unexpected<Error> at(const XmlElement& element, const Error& error) {
    return fail(error.code, "line " + std::to_string(element.line) + ": " + error.detail);
  }

  PolicyDocument document_;
};

std::string render_policy(const PolicyDocument& document) {
  XmlElement root{.name = "policy", .attributes = {{"version", "1"}}};
  for (const auto& acl : document.acls()) root.children.push_back(acl_element(acl));
  for (const auto& pop : document.pops()) root.children.push_back(pop_element(pop));
  for (const auto& [name, record] : document.objects()) root.children.push_back(object_element(name, record));
  for (const auto& [object, acl] : document.attachments()) {
    root.children.push_back({.name = "attach", .attributes = {{"object", object.text()}, {"acl", acl}}});
  }
  for (const auto& [object, pop] : document.pop_attachments()) {
    root.children.push_back({.name = "attach-pop", .attributes = {{"object", object.text()}, {"pop", pop}}});
  }
  return xml::render(root);
}

Result<PolicyDocument> parse_policy(std::string_view text, const PolicyLimits& limits,
                                    const xml::XmlLimits& xml_limits) {
  if (auto valid = xml::validate(text, xml::schema("policy"), xml_limits); !valid) return fail(valid.error());
  const auto root = xml::parse(text, xml_limits);
  if (!root) return fail(root.error());
  return PolicyReader(limits).read(*root);
}

}  // namespace sallyport::authz
