#include "config/checks.hpp"

#include <algorithm>

#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"

namespace sallyport::config {
namespace {

bool all_of(std::string_view text, bool (*predicate)(char)) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_host_character(char c) {
  return is_alnum(c) || c == '-';
}

}  // namespace

bool is_instance_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_alnum(text.front()) &&
         all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (const auto label : split(text, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!all_of(label, is_host_character)) return false;
  }
  return true;
}

bool is_host_name_or_empty(std::string_view text) {
  return text.empty() || is_host_name(text);
}

bool is_host_alias(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']') && text.size() > 2) text = text.substr(1, text.size() - 2);
  if (IpAddress::parse(text)) return true;
  if (text.starts_with("*.")) text.remove_prefix(2);
  return is_host_name(text);
}

bool is_token(std::string_view text) {
  return !text.empty() && all_of(text, [](char c) {
    return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_token_or_default(std::string_view text) {
  return text == "<default>" || is_token(text);
}

bool is_cookie_name(std::string_view text) {
  return is_token(text) && text.starts_with("__Host-") && text.size() > 7;
}

bool is_client_certs(std::string_view text) {
  return std::find(std::begin(kClientCertsNames), std::end(kClientCertsNames), text) != std::end(kClientCertsNames);
}

bool is_level_but_the_first(std::string_view text) {
  return std::find(std::begin(kLevelNames) + 1, std::end(kLevelNames), text) != std::end(kLevelNames);
}

bool is_duration(std::string_view text) {
  return duration_from(text).has_value();
}

bool is_realm(std::string_view text) {
  return !text.empty() && all_of(text, [](char c) { return !is_control(c) && c != '"' && c != '\\'; });
}

bool is_not_empty(std::string_view text) {
  return !text.empty();
}

bool is_attribute_name(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) && all_of(text, is_host_character);
}

bool is_secret_attribute_name(std::string_view text) {
  return is_attribute_name(text) && (starts_with_ignoring_case(text, "sec") || starts_with_ignoring_case(text, "oath"));
}

bool is_ldap_url(std::string_view text) {
  if (text.starts_with("ldapi://")) return text.size() > 8;
  std::string_view rest;
  if (text.starts_with("ldap://")) {
    rest = text.substr(7);
  } else if (text.starts_with("ldaps://")) {
    rest = text.substr(8);
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  std::string_view host = rest;
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && !rest.ends_with(']')) {
    const auto port = parse_unsigned(rest.substr(colon + 1), 65535);
    if (!port || *port == 0) return false;
    host = rest.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']'))
    return IpAddress::parse(host.substr(1, host.size() - 2)).has_value();
  return is_host_name(host);
}

bool is_ldap_server_or_empty(std::string_view text) {
  return text.empty() || (!text.starts_with("ldapi://") && !text.ends_with('/') && is_ldap_url(text));
}

bool is_http_url_or_empty(std::string_view text) {
  if (text.empty()) return true;
  if (!text.starts_with("http://") || !all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '#'; })) return false;
  // A host is written as in the URL of a directory.
  return is_ldap_url("ldap://" + std::string(text.substr(7, text.find_first_of("/?", 7) - 7)));
}

bool is_local_url_or_empty(std::string_view text) {
  if (text.empty()) return true;
  return text.front() == '/' && !text.starts_with("//") &&
         all_of(text, [](char c) { return !is_control(c) && c != '\\' && c != ' '; });
}

}  // namespace sallyport::config
