#include "junction/outward.hpp"

#include <algorithm>

#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "http/cookies.hpp"
#include "junction/table.hpp"
#include "junction/upstream_path.hpp"

namespace sallyport::junction {
namespace {

// The mount point as it stands in URLs; empty where nothing is taken off.
std::string url_prefix(const Junction& junction) {
  return junction.kind == Kind::standard && junction.point != "/" ? encoded_path(junction.point) : std::string();
}

// Without characters that could end a field, and without those that browsers drop or change in URLs.
std::string cleaned(std::string_view url) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : url) {
    if (is_control(c)) {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out;
}

struct Absolute {
  std::string_view authority;
  std::string_view rest;  // path, query and fragment
};

// An URL with the scheme of the back end, or without scheme: what follows "//".
std::optional<Absolute> absolute_parts(std::string_view url, Type type) {
  const std::string_view scheme = type == Type::tcp ? "http:" : "https:";
  if (starts_with_ignoring_case(url, scheme)) url.remove_prefix(scheme.size());
  if (!url.starts_with("//")) return std::nullopt;
  url.remove_prefix(2);
  const auto end = url.find_first_of("/?#\\");
  return Absolute{url.substr(0, end), end == std::string_view::npos ? std::string_view() : url.substr(end)};
}

std::string with_port(std::string_view authority, Type type) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? lowered(authority) : lowered(authority) + ":" + std::to_string(default_port(type));
}

bool is_own_server(const Junction& junction, std::string_view authority) {
  const std::string wanted = with_port(authority, junction.type);
  return std::any_of(junction.servers.begin(), junction.servers.end(), [&](const Server& server) {
    Server direct = server;
    direct.virtual_host.clear();
    return with_port(authority_of(direct, junction.type), junction.type) == wanted ||
           with_port(authority_of(server, junction.type), junction.type) == wanted;
  });
}

// A path, query and fragment that followed a host, as an URL below `prefix`.
std::string made_server_relative(const std::string& prefix, std::string_view rest) {
  std::string path;
  for (const char c : cleaned(rest)) path += c == '\\' ? "%5C" : std::string(1, c);
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  if (prefix.empty()) {
    const auto first = path.find_first_not_of('/');
    path.erase(1, (first == std::string::npos ? path.size() : first) - 1);
  }
  return prefix + path;
}

bool needs_prefix(const std::string& prefix, std::string_view url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  return !prefix.empty() && !covers(prefix, path) && !is_reserved_path(path);
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

// RFC 6265 section 5.1.3: a name, or the end of one after a dot; an address only as a whole.
bool domain_matches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.' &&
         !IpAddress::parse(host);
}

bool is_own_domain(const Junction& junction, const Server& server, std::string_view domain) {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  const std::string wanted = lowered(domain);
  if (wanted.empty()) return false;
  const std::string asked = junction.kind == Kind::virtual_host ? junction.authority : server.virtual_host;
  return domain_matches(server.host, wanted) || (!asked.empty() && domain_matches(host_of(asked), wanted));
}

bool is_own_cookie(std::span<const std::string> own_cookies, std::string_view name) {
  return std::any_of(own_cookies.begin(), own_cookies.end(),
                     [&](const std::string& own) { return equal_ignoring_case(own, name); });
}

std::string outward_cookie_path(const Junction& junction, std::string_view name, std::string_view path) {
  const std::string prefix = url_prefix(junction);
  if (prefix.empty() || starts_with_ignoring_case(name, "__Host-") || covers(prefix, path)) return std::string(path);
  // "/app" is sent for "/app" and everything below it; "/app/" would leave out "/app" itself.
  return path == "/" ? prefix : prefix + std::string(path);
}

}  // namespace

std::string outward_url(const Junction& junction, std::string_view url) {
  url = trimmed(url);
  const std::string prefix = url_prefix(junction);
  if (const auto absolute = absolute_parts(url, junction.type)) {
    if (!is_own_server(junction, absolute->authority)) return cleaned(url);
    return made_server_relative(needs_prefix(prefix, absolute->rest) ? prefix : "", absolute->rest);
  }
  if (url.starts_with('/') && needs_prefix(prefix, url)) return prefix + cleaned(url);
  return cleaned(url);
}

std::string outward_refresh(const Junction& junction, std::string_view value) {
  const auto separator = value.find_first_of(";,");
  if (separator == std::string_view::npos) return cleaned(value);
  std::string_view rest = trimmed(value.substr(separator + 1));
  std::string before = cleaned(value.substr(0, separator + 1)) + " ";
  if (starts_with_ignoring_case(rest, "url")) {
    const std::string_view after = trimmed(rest.substr(3));
    if (after.starts_with('=')) {
      rest = trimmed(after.substr(1));
      before += "url=";
    }
  }
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
    const char quote = rest.front();
    rest.remove_prefix(1);
    rest = rest.substr(0, rest.find(quote));
    return before + quote + outward_url(junction, rest) + quote;
  }
  return before + outward_url(junction, rest);
}

std::optional<std::string> outward_cookie(const Junction& junction, const Server& server,
                                          std::span<const std::string> own_cookies, std::string_view value) {
  // No name is an error there: browsers send such a cookie as "value" alone, which could read "__Host-session=...".
  auto cookie = http::SetCookie::parse(value);
  if (!cookie || is_own_cookie(own_cookies, cookie->name)) return std::nullopt;
  // All of them are looked at, not only the last one, which is the one that counts.
  for (const http::SetCookie::Attribute& attribute : cookie->attributes) {
    if (!equal_ignoring_case(attribute.name, "domain")) continue;
    const std::string domain = attribute.value.value_or("");
    if (!domain.empty() && !is_own_domain(junction, server, domain)) return std::nullopt;
  }
  cookie->remove("Domain");
  if (const auto* path = cookie->find("Path")) {
    if (path->value && path->value->starts_with('/')) {
      cookie->set("Path", outward_cookie_path(junction, cookie->name, *path->value));
    } else {
      // Without a usable Path a browser takes the directory of the request, which is right as it is.
      cookie->remove("Path");
    }
  }
  auto rendered = cookie->render();
  return rendered ? std::optional(std::move(*rendered)) : std::nullopt;
}

}  // namespace sallyport::junction
