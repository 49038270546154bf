#include "junction/junction.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "http/trailers.hpp"
#include "junction/headers.hpp"
#include "xml/element.hpp"

namespace sallyport::junction {
namespace {

constexpr std::size_t kMaxEncodedPoint = 250;  // with ".xml" the 255 bytes that a file name may have
constexpr std::size_t kMaxLabel = 64;
constexpr std::size_t kMaxHost = 253;  // RFC 1035 section 2.3.4, without the final dot
constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kMaxServers = 256;
constexpr std::size_t kMaxTrailers = 64;
constexpr std::size_t kMaxTrailerName = 128;

tl::unexpected<Error> wrong(std::string text) {
  return fail(Errc::bad_config, std::move(text));
}

std::string quoted(std::string_view text) {
  return "\"" + log_escaped(text, 200) + "\"";
}

bool is_one_line(std::string_view text) {
  return xml::is_xml_text(text) && std::none_of(text.begin(), text.end(), is_control) && text.size() <= kMaxText;
}

Result<void> validate_mount(const Junction& junction) {
  if (junction.kind != Kind::virtual_host) {
    if (!junction.label.empty() || !junction.authority.empty()) {
      return wrong("only a virtual host junction has a label and a host");
    }
    return validate_point(junction.point);
  }
  if (!junction.point.empty()) return wrong("a virtual host junction has no mount point");
  if (auto label = validate_label(junction.label); !label) return label;
  const auto authority = normalised_authority(junction.authority);
  if (!authority) return fail(authority.error());
  if (*authority != junction.authority) {
    return wrong("virtual host " + quoted(junction.authority) + ": write " + quoted(*authority));
  }
  return {};
}

}  // namespace

Result<void> validate_point(std::string_view point) {
  const auto say = [&](std::string_view why) {
    return wrong("mount point " + quoted(point) + ": " + std::string(why));
  };
  if (point.empty() || point.front() != '/') return say("must begin with /");
  if (percent_encoded(point).size() > kMaxEncodedPoint) return say("too long for the name of its file");
  if (!xml::is_xml_text(point)) return say("not UTF-8 that a file can hold");
  for (const char c : point) {
    // The canonical path has none of these, or means something else by them.
    if (is_control(c) || std::string_view("\\;%?#\"").find(c) != std::string_view::npos) {
      return say("has a character that is not allowed there: control characters and \\ ; % ? # \"");
    }
  }
  if (point == "/") return {};
  if (point.back() == '/') return say("must not end with /");
  for (const auto segment : split(point.substr(1), '/')) {
    if (segment.empty() || segment == "." || segment == "..") return say("has an empty, . or .. segment");
  }
  if (starts_with_ignoring_case(point, "/pkms")) return say("/pkms* belongs to the proxy itself");
  return {};
}

Result<void> validate_label(std::string_view label) {
  const bool allowed =
      !label.empty() && label.size() <= kMaxLabel && label.front() != '.' && label.front() != '-' &&
      std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; });
  if (allowed) return {};
  return wrong("virtual host label " + quoted(label) +
               ": 1 to 64 letters, digits, '.', '-' or '_', and neither '.' "
               "nor '-' first");
}

Result<void> validate_trailers(const std::vector<std::string>& names) {
  static const http::ReservedNames reserved = reserved_names();
  if (names.size() > kMaxTrailers) return wrong("more than 64 names of trailers");
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name.size() > kMaxTrailerName || !http::may_be_trailer(name) || reserved.matches(name)) {
      return wrong("trailer " + quoted(name) +
                   ": not a field name of letters, digits and '-' that may stand behind a body (what frames, routes, "
                   "controls, authenticates or identifies belongs into the head)");
    }
    if (!seen.insert(lowered(name)).second) return wrong("trailer " + quoted(name) + " is given twice");
  }
  return {};
}

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > kMaxHost) return false;
  if (IpAddress::parse(text)) return true;
  bool has_letter = false;
  for (const auto label : split(text, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label) {
      if (!is_alnum(c) && c != '-' && c != '_') return false;
      has_letter = has_letter || is_alpha(c);
    }
  }
  // "10.1" or "0x7f.1" would be an address for some resolvers; what is all digits and dots must be a whole one.
  return has_letter && !starts_with_ignoring_case(text.substr(text.rfind('.') + 1), "0x");
}

Result<std::string> normalised_authority(std::string_view text) {
  const auto say = [&](std::string_view why) { return wrong("host " + quoted(text) + ": " + std::string(why)); };
  std::string_view host = text;
  std::string_view port;
  bool bracketed = false;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return say("no ] after [");
    host = text.substr(1, end - 1);
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return say("only :port may follow ]");
    if (!rest.empty() && rest.size() == 1) return say("no port after ':'");
    port = rest.empty() ? rest : rest.substr(1);
    bracketed = true;
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return say("no port after ':'");
  }
  const auto address = IpAddress::parse(host);
  if (bracketed ? !address || address->is_v4() : !is_host(host)) return say("neither a DNS name nor an address");
  std::string out = bracketed ? "[" + address->to_string() + "]" : lowered(host);
  if (!port.empty()) {
    const auto number = parse_unsigned(port, 65535);
    if (!number || *number == 0) return say("the port is not 1 to 65535");
    if (*number != 443) out += ":" + std::to_string(*number);
  }
  return out;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : hex_value(text[i]) < 0 || text[i] != to_lower(text[i])) return false;
  }
  return true;
}

std::string uuid_from(std::string_view random_bytes) {
  std::string bytes(random_bytes.substr(0, 16));
  bytes.resize(16, '\0');
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex_encoded(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return text;
}

std::uint16_t default_port(Type type) {
  return type == Type::tcp ? 80 : 443;
}

std::string authority_of(const Server& server, Type type) {
  if (!server.virtual_host.empty()) return server.virtual_host;
  std::string out = server.host.find(':') == std::string::npos ? server.host : "[" + server.host + "]";
  if (server.port == default_port(type)) return out;
  out += ':';
  append_number(out, server.port);
  return out;
}

Result<void> validate(const Server& server) {
  if (!is_uuid(server.uuid)) return wrong("server id " + quoted(server.uuid) + ": not a UUID in lower case");
  if (!is_host(server.host) || server.host != lowered(server.host)) {
    return wrong("server host " + quoted(server.host) + ": neither a DNS name in lower case nor an address");
  }
  if (server.port == 0) return wrong("server port: not 1 to 65535");
  if (!server.virtual_host.empty()) {
    if (auto authority = normalised_authority(server.virtual_host); !authority) return fail(authority.error());
  }
  if (!is_one_line(server.dn)) return wrong("server DN: must be one line of UTF-8, at most 1024 bytes");
  if (server.state_since < 0) return wrong("server state: set at a negative time");
  if (server.priority < 1 || server.priority > 9) return wrong("server priority: not 1 to 9");
  return {};
}

Result<void> validate(const Junction& junction) {
  if (auto mount = validate_mount(junction); !mount) return mount;
  const std::string where = "junction " + junction.name() + ": ";
  if (junction.servers.empty()) return wrong(where + "has no server");
  if (junction.servers.size() > kMaxServers) return wrong(where + "has more than 256 servers");
  std::set<std::string> uuids;
  for (const Server& server : junction.servers) {
    if (auto valid = validate(server); !valid) return wrong(where + valid.error().detail);
    if (!uuids.insert(server.uuid).second) return wrong(where + "two servers have the id " + server.uuid);
    if (junction.type == Type::tcp && !server.dn.empty()) {
      return wrong(where + "a server DN is checked on ssl junctions only");
    }
  }
  for (const std::string* text : {&junction.description, &junction.ca_file, &junction.client_certificate}) {
    if (!is_one_line(*text)) {
      return wrong(where + "description and file names must be one line of UTF-8, at most 1024 bytes");
    }
  }
  if (auto trailers = validate_trailers(junction.trailers); !trailers) return wrong(where + trailers.error().detail);
  if (junction.type == Type::tcp && !(junction.ca_file.empty() && junction.client_certificate.empty())) {
    return wrong(where + "certificates are used on ssl junctions only");
  }
  return {};
}

std::string_view name_of(Type type) {
  return type == Type::tcp ? "tcp" : "ssl";
}

std::string_view name_of(OperationalState state) {
  switch (state) {
    case OperationalState::online:
      return "online";
    case OperationalState::throttled:
      return "throttled";
    case OperationalState::offline:
      return "offline";
  }
  return "offline";
}

std::string_view name_of(BasicAuth mode) {
  return mode == BasicAuth::filter ? "filter" : "ignore";
}

}  // namespace sallyport::junction
