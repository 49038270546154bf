#include "authz/policy_document.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace sallyport::authz {
namespace {

constexpr std::string_view kObjectTypes[kMaxObjectType + 1] = {"unknown",
                                                               "secure domain",
                                                               "file",
                                                               "executable program",
                                                               "directory",
                                                               "junction",
                                                               "WebSEAL server",
                                                               "unused",
                                                               "unused",
                                                               "HTTP server",
                                                               "nonexistent object",
                                                               "container object",
                                                               "leaf object",
                                                               "port",
                                                               "application container object",
                                                               "application leaf object",
                                                               "management object",
                                                               "unused"};

// Where policy can be attached without an object made by hand.
constexpr std::string_view kSpaces[] = {"WebSEAL", "Management"};

tl::unexpected<Error> refused(Errc code, std::string why) {
  return fail(code, std::move(why));
}

std::vector<AclEntry>::iterator place_of(std::vector<AclEntry>& entries, const identity::Name& who) {
  return std::lower_bound(entries.begin(), entries.end(), who,
                          [](const AclEntry& entry, const identity::Name& name) { return entry.who < name; });
}

std::optional<PermissionSet>& single_entry(Acl& acl, EntryKind kind) {
  return kind == EntryKind::any_other ? acl.any_other : acl.unauthenticated;
}

std::string describe(const EntryKey& key) {
  switch (key.kind) {
    case EntryKind::user:
      return "user " + key.who->to_string();
    case EntryKind::group:
      return "group " + key.who->to_string();
    case EntryKind::any_other:
      return "any-other";
    case EntryKind::unauthenticated:
      return "unauthenticated";
  }
  return {};
}

// A user or group entry needs a name, and the others cannot have one.
bool is_whole(const EntryKey& key) {
  return (key.kind == EntryKind::user || key.kind == EntryKind::group) == key.who.has_value();
}

}  // namespace

std::string_view object_type_name(std::uint32_t type) {
  return type <= kMaxObjectType ? kObjectTypes[type] : std::string_view("unused");
}

Result<Acl*> PolicyDocument::get(std::string_view name) {
  const auto found = acls_.find(lowered(name));
  if (found == acls_.end()) return refused(Errc::not_found, "there is no ACL '" + log_escaped(name, 64) + "'");
  return &found->second;
}

Result<const Acl*> PolicyDocument::get(std::string_view name) const {
  const auto found = acls_.find(lowered(name));
  if (found == acls_.end()) return refused(Errc::not_found, "there is no ACL '" + log_escaped(name, 64) + "'");
  return &found->second;
}

Result<void> PolicyDocument::check_description(std::string_view description) const {
  if (description.size() > limits_.max_description) {
    return refused(Errc::too_large, "a description has at most " + std::to_string(limits_.max_description) + " bytes");
  }
  const bool has_control = std::any_of(description.begin(), description.end(), is_control);
  if (has_control || !is_utf8(description)) {
    return refused(Errc::malformed, "a description is one line of UTF-8 without control characters");
  }
  return {};
}

Result<void> PolicyDocument::create_acl(std::string_view name, std::string_view description) {
  const auto checked = identity::Name::make(name);
  if (!checked) return fail(checked.error());
  if (auto fine = check_description(description); !fine) return fine;
  if (acls_.contains(checked->folded()))
    return refused(Errc::already_exists, "there is an ACL " + checked->to_string() + " already");
  if (acls_.size() >= limits_.max_acls) {
    return refused(Errc::too_large, "there are " + std::to_string(limits_.max_acls) + " ACLs, which is the limit");
  }
  acls_.emplace(checked->folded(), Acl{*checked, std::string(description), {}, {}, {}, {}});
  return {};
}

Result<void> PolicyDocument::delete_acl(std::string_view name) {
  const auto acl = get(name);
  if (!acl) return fail(acl.error());
  const std::string_view folded = (*acl)->name.folded();
  for (const auto& [object, attached] : attachments_) {
    if (attached == folded) {
      return refused(Errc::denied,
                     "the ACL " + (*acl)->name.to_string() + " is attached to " + object.text() + ": detach it first");
    }
  }
  acls_.erase(acls_.find(folded));
  return {};
}

Result<void> PolicyDocument::set_acl_description(std::string_view name, std::string_view description) {
  const auto acl = get(name);
  if (!acl) return fail(acl.error());
  if (auto fine = check_description(description); !fine) return fine;
  (*acl)->description = description;
  return {};
}

Result<void> PolicyDocument::set_entry(std::string_view acl_name, const EntryKey& key, PermissionSet permissions) {
  const auto acl = get(acl_name);
  if (!acl) return fail(acl.error());
  if (!is_whole(key)) return refused(Errc::malformed, "an entry for a user or a group has a name, others have none");
  if (!key.who) {
    single_entry(**acl, key.kind) = permissions;
    return {};
  }
  auto& entries = key.kind == EntryKind::user ? (*acl)->users : (*acl)->groups;
  const auto place = place_of(entries, *key.who);
  if (place != entries.end() && place->who == *key.who) {
    place->permissions = permissions;
    return {};
  }
  if ((*acl)->users.size() + (*acl)->groups.size() >= limits_.max_entries) {
    return refused(Errc::too_large,
                   "the ACL has " + std::to_string(limits_.max_entries) + " entries, which is the limit");
  }
  entries.insert(place, AclEntry{*key.who, permissions});
  return {};
}

Result<void> PolicyDocument::remove_entry(std::string_view acl_name, const EntryKey& key) {
  const auto acl = get(acl_name);
  if (!acl) return fail(acl.error());
  if (!is_whole(key)) return refused(Errc::malformed, "an entry for a user or a group has a name, others have none");
  const auto missing = [&] {
    return refused(Errc::not_found, "the ACL " + (*acl)->name.to_string() + " has no entry for " + describe(key));
  };
  if (!key.who) {
    auto& entry = single_entry(**acl, key.kind);
    if (!entry) return missing();
    entry.reset();
    return {};
  }
  auto& entries = key.kind == EntryKind::user ? (*acl)->users : (*acl)->groups;
  const auto place = place_of(entries, *key.who);
  if (place == entries.end() || place->who != *key.who) return missing();
  entries.erase(place);
  return {};
}

Result<Acl> PolicyDocument::find_acl(std::string_view name) const {
  const auto acl = get(name);
  if (!acl) return fail(acl.error());
  return **acl;
}

std::vector<Acl> PolicyDocument::acls() const {
  std::vector<Acl> all;
  for (const auto& [folded, acl] : acls_) all.push_back(acl);
  return all;
}

bool PolicyDocument::is_in_known_space(const ObjectName& object) const {
  if (object.is_root()) return true;
  const auto first = Segments(object).next();
  if (std::find(std::begin(kSpaces), std::end(kSpaces), first) != std::end(kSpaces)) return true;
  // At or below an object made by hand.
  for (ObjectName name = object; !name.is_root(); name = name.parent()) {
    if (objects_.contains(name)) return true;
  }
  return false;
}

Result<void> PolicyDocument::check_place(const ObjectName& object) const {
  if (!is_in_known_space(object)) {
    return refused(Errc::not_found, "there is no object space for " + object.text() +
                                        ": objects are below /WebSEAL, /Management or an object that was created");
  }
  if (!this->object(object).policy_attachable) {
    return refused(Errc::denied, "no policy can be attached to " + object.text());
  }
  return {};
}

Result<void> PolicyDocument::attach(const ObjectName& object, std::string_view acl_name) {
  const auto acl = get(acl_name);
  if (!acl) return fail(acl.error());
  if (auto fine = check_place(object); !fine) return fine;
  if (attachments_.size() >= limits_.max_attachments && !attachments_.contains(object)) {
    return refused(Errc::too_large,
                   "there are " + std::to_string(limits_.max_attachments) + " attachments, which is the limit");
  }
  attachments_.insert_or_assign(object, (*acl)->name.folded());
  return {};
}

Result<void> PolicyDocument::detach(const ObjectName& object) {
  const auto found = attachments_.find(object);
  if (found == attachments_.end()) return refused(Errc::not_found, "no ACL is attached to " + object.text());
  if (object.is_root()) return refused(Errc::denied, "the root object always has an ACL: attach another one instead");
  attachments_.erase(found);
  return {};
}

Result<std::vector<ObjectName>> PolicyDocument::attached_to(std::string_view acl_name) const {
  const auto acl = get(acl_name);
  if (!acl) return fail(acl.error());
  std::vector<ObjectName> found;
  for (const auto& [object, attached] : attachments_) {
    if (attached == (*acl)->name.folded()) found.push_back(object);
  }
  return found;
}

std::vector<std::pair<ObjectName, std::string>> PolicyDocument::attachments() const {
  std::vector<std::pair<ObjectName, std::string>> all;
  for (const auto& [object, attached] : attachments_) all.emplace_back(object, acls_.at(attached).name.text());
  return all;
}

std::string PolicyDocument::attached_acl(const ObjectName& object) const {
  const auto found = attachments_.find(object);
  return found == attachments_.end() ? std::string() : acls_.at(found->second).name.to_string();
}

std::string PolicyDocument::effective_acl(const ObjectName& object) const {
  ObjectName name = object;
  while (!attachments_.contains(name) && !name.is_root()) name = name.parent();
  return attached_acl(name);
}

Result<void> PolicyDocument::create_object(const ObjectName& name, ObjectRecord record) {
  if (objects_.contains(name)) return refused(Errc::already_exists, "there is an object " + name.text() + " already");
  return set_object(name, std::move(record));
}

Result<void> PolicyDocument::delete_object(const ObjectName& name) {
  const auto found = objects_.find(name);
  if (found == objects_.end()) return refused(Errc::not_found, "no object " + name.text() + " was created");
  for (const auto& [object, attached] : attachments_) {
    // What lies below may be in no object space without it.
    if (object.is_at_or_below(name)) {
      return refused(Errc::denied, "the ACL " + acls_.at(attached).name.to_string() + " is attached to " + object.text() +
                                       ": detach it first");
    }
  }
  for (const auto& [object, attached] : pop_attachments_) {
    if (object.is_at_or_below(name)) {
      return refused(Errc::denied, "the POP " + pops_.at(attached).name.to_string() + " is attached to " + object.text() +
                                       ": detach it first");
    }
  }
  objects_.erase(found);
  return {};
}

Result<void> PolicyDocument::set_object(const ObjectName& name, ObjectRecord record) {
  if (auto fine = check_description(record.description); !fine) return fine;
  if (record.type > kMaxObjectType) {
    return refused(Errc::malformed, "an object type is a number from 0 to " + std::to_string(kMaxObjectType));
  }
  if (!record.policy_attachable && attachments_.contains(name)) {
    return refused(Errc::denied, "an ACL is attached to " + name.text() + ": detach it first");
  }
  if (!record.policy_attachable && pop_attachments_.contains(name)) {
    return refused(Errc::denied, "a POP is attached to " + name.text() + ": detach it first");
  }
  if (objects_.size() >= limits_.max_objects && !objects_.contains(name)) {
    return refused(Errc::too_large,
                   "there are " + std::to_string(limits_.max_objects) + " objects, which is the limit");
  }
  objects_.insert_or_assign(name, std::move(record));
  return {};
}

ObjectRecord PolicyDocument::object(const ObjectName& name) const {
  const auto found = objects_.find(name);
  return found == objects_.end() ? ObjectRecord{} : found->second;
}

bool PolicyDocument::exists(const ObjectName& name) const {
  if (name.is_root() || objects_.contains(name) || attachments_.contains(name) || pop_attachments_.contains(name)) {
    return true;
  }
  return !children(name).empty();
}

std::vector<std::pair<ObjectName, ObjectRecord>> PolicyDocument::objects() const {
  return {objects_.begin(), objects_.end()};
}

std::vector<ObjectName> PolicyDocument::children(const ObjectName& parent) const {
  std::set<ObjectName> found;
  const auto consider = [&](ObjectName name) {
    while (!name.is_root()) {
      ObjectName container = name.parent();
      if (container == parent) found.insert(name);
      name = std::move(container);
    }
  };
  for (const auto& [object, record] : objects_) consider(object);
  for (const auto& [object, attached] : attachments_) consider(object);
  for (const auto& [object, attached] : pop_attachments_) consider(object);
  if (parent.is_root()) {
    for (const auto space : kSpaces) consider(*ObjectName::parse("/" + std::string(space)));
  }
  return {found.begin(), found.end()};
}

std::shared_ptr<const Policy> PolicyDocument::freeze(std::uint64_t generation) const {
  Policy policy(generation);
  for (const auto& [object, attached] : attachments_) policy.attach(object, acls_.at(attached));
  for (const auto& [object, attached] : pop_attachments_) policy.attach(object, pops_.at(attached));
  return std::make_shared<const Policy>(std::move(policy));
}

}  // namespace sallyport::authz
