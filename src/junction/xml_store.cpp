#include "junction/xml_store.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace sallyport::junction {
namespace {

using xml::XmlElement;

constexpr std::string_view kExtension = ".xml";

std::string yes_no(bool value) {
  return value ? "yes" : "no";
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ' ';
    out += name;
  }
  return out;
}

void add_if(XmlElement& element, const char* name, const std::string& value) {
  if (!value.empty()) element.attributes.emplace_back(name, value);
}

XmlElement headers_element(const Junction& junction) {
  return XmlElement{.name = "headers",
                    .attributes = {{"user", yes_no(junction.identity.user)},
                                   {"dn", yes_no(junction.identity.dn)},
                                   {"groups", yes_no(junction.identity.groups)},
                                   {"client-ip", yes_no(junction.client_address)}}};
}

XmlElement server_element(const Server& server) {
  XmlElement element{
      .name = "server",
      .attributes = {{"uuid", server.uuid}, {"host", server.host}, {"port", std::to_string(server.port)}}};
  add_if(element, "vhost", server.virtual_host);
  add_if(element, "dn", server.dn);
  element.attributes.emplace_back("priority", std::to_string(server.priority));
  element.attributes.emplace_back("op-state", name_of(server.state));
  if (server.state_since != 0) element.attributes.emplace_back("op-state-since", std::to_string(server.state_since));
  return element;
}

// Attributes are read after the schema has accepted the document: what is missing has its default.
std::string text_of(const XmlElement& element, std::string_view name) {
  const std::string* value = element.attribute(name);
  return value == nullptr ? std::string() : *value;
}

bool is_yes(const XmlElement& element, std::string_view name) {
  return text_of(element, name) == "yes";
}

tl::unexpected<Error> at(const XmlElement& element, const Error& error) {
  return fail(error.code, "line " + std::to_string(element.line) + ": " + error.detail);
}

Result<Server> read_server(const XmlElement& element) {
  Server server;
  server.uuid = text_of(element, "uuid");
  server.host = text_of(element, "host");
  // Five digits may be too many; 0 is refused below.
  server.port = static_cast<std::uint16_t>(parse_unsigned(text_of(element, "port"), 65535).value_or(0));
  server.virtual_host = text_of(element, "vhost");
  server.dn = text_of(element, "dn");
  server.priority = static_cast<int>(parse_unsigned(text_of(element, "priority")).value_or(9));
  const std::string state = text_of(element, "op-state");
  if (state == "throttled") server.state = OperationalState::throttled;
  if (state == "offline") server.state = OperationalState::offline;
  server.state_since = static_cast<std::int64_t>(parse_unsigned(text_of(element, "op-state-since")).value_or(0));
  if (auto valid = validate(server); !valid) return at(element, valid.error());
  return server;
}

}  // namespace

std::string render_junction(const Junction& junction) {
  const bool is_virtual = junction.kind == Kind::virtual_host;
  XmlElement root{.name = is_virtual ? "virtual-host-junction" : "junction"};
  if (is_virtual) {
    root.attributes = {{"label", junction.label}, {"host", junction.authority}};
  } else {
    root.attributes = {{"point", junction.point}, {"transparent", yes_no(junction.kind == Kind::transparent_path)}};
  }
  root.attributes.emplace_back("type", name_of(junction.type));
  add_if(root, "description", junction.description);
  root.attributes.emplace_back("ba-mode", name_of(junction.basic_auth));
  root.attributes.emplace_back("case-insensitive", yes_no(junction.case_insensitive));
  root.attributes.emplace_back("session-cookie", yes_no(junction.session_cookie));
  if (!is_virtual) root.attributes.emplace_back("preserve-cookie-names", yes_no(junction.preserve_cookie_names));
  if (junction.http_2) root.attributes.emplace_back("http2", yes_no(true));
  add_if(root, "trailers", joined(junction.trailers));
  add_if(root, "ca-file", junction.ca_file);
  add_if(root, "client-certificate", junction.client_certificate);
  root.children.push_back(headers_element(junction));
  for (const Server& server : junction.servers) root.children.push_back(server_element(server));
  return xml::render(root);
}

Result<Junction> parse_junction(std::string_view text, const xml::XmlLimits& limits) {
  if (auto valid = xml::validate(text, xml::schema("junction"), limits); !valid) return fail(valid.error());
  const auto root = xml::parse(text, limits);
  if (!root) return fail(root.error());

  Junction junction;
  if (root->name == "virtual-host-junction") {
    junction.kind = Kind::virtual_host;
    junction.label = text_of(*root, "label");
    junction.authority = text_of(*root, "host");
  } else {
    junction.kind = is_yes(*root, "transparent") ? Kind::transparent_path : Kind::standard;
    junction.point = text_of(*root, "point");
  }
  junction.type = text_of(*root, "type") == "ssl" ? Type::ssl : Type::tcp;
  junction.description = text_of(*root, "description");
  junction.basic_auth = text_of(*root, "ba-mode") == "ignore" ? BasicAuth::ignore : BasicAuth::filter;
  junction.case_insensitive = is_yes(*root, "case-insensitive");
  junction.session_cookie = is_yes(*root, "session-cookie");
  junction.preserve_cookie_names = is_yes(*root, "preserve-cookie-names");
  junction.http_2 = is_yes(*root, "http2");
  if (const std::string trailers = text_of(*root, "trailers"); !trailers.empty()) {
    for (const std::string_view name : split(trailers, ' ')) junction.trailers.emplace_back(name);
  }
  junction.ca_file = text_of(*root, "ca-file");
  junction.client_certificate = text_of(*root, "client-certificate");
  for (const XmlElement& child : root->children) {
    if (child.name == "headers") {
      junction.identity = IdentityHeaders{is_yes(child, "user"), is_yes(child, "dn"), is_yes(child, "groups")};
      junction.client_address = is_yes(child, "client-ip");
    } else {
      auto server = read_server(child);
      if (!server) return fail(server.error());
      junction.servers.push_back(std::move(*server));
    }
  }
  if (auto valid = validate(junction); !valid) return at(*root, valid.error());
  return junction;
}

std::string file_name_of(const Junction& junction) {
  const std::string stem = junction.kind == Kind::virtual_host ? "@" + junction.label : percent_encoded(junction.point);
  return stem + std::string(kExtension);
}

std::optional<std::string> name_of_file(std::string_view file_name) {
  if (!file_name.ends_with(kExtension)) return std::nullopt;
  const std::string_view stem = file_name.substr(0, file_name.size() - kExtension.size());
  if (stem.starts_with('@')) {
    const std::string_view label = stem.substr(1);
    return validate_label(label) ? std::optional(std::string(label)) : std::nullopt;
  }
  auto point = percent_decoded(stem);
  // One file for one point: another spelling of the same name is a stranger.
  if (!point || !validate_point(*point) || percent_encoded(*point) != stem) return std::nullopt;
  return point;
}

}  // namespace sallyport::junction
