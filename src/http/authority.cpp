#include "http/authority.hpp"

#include <algorithm>

#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "http/chars.hpp"

namespace sallyport::http {
namespace {

constexpr std::size_t kMaxHost = 255;

struct Parts {
  std::string_view host;
  std::uint16_t port = 0;  // 0: none
};

bool is_name(std::string_view host) {
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > kMaxHost || host.front() == '.' || host.back() == '.') return false;
  return all_in(host, kHostChar) && host.find("..") == std::string_view::npos;
}

bool is_bracketed_v6(std::string_view host) {
  const std::string_view inside = host.substr(1, host.size() - 2);
  return inside.find(':') != std::string_view::npos && IpAddress::parse(inside).has_value();
}

std::optional<Parts> split_authority(std::string_view text) {
  Parts parts;
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    ++end;
    parts.host = text.substr(0, end);
    if (!is_bracketed_v6(parts.host)) return std::nullopt;
  } else {
    end = std::min(text.find(':'), text.size());
    parts.host = text.substr(0, end);
    if (!is_name(parts.host)) return std::nullopt;
  }
  if (end == text.size()) return parts;
  if (text[end] != ':') return std::nullopt;
  const std::string_view digits = text.substr(end + 1);
  const auto port = parse_unsigned(digits, 65535);
  if (!port || *port == 0 || digits.size() > 5) return std::nullopt;
  parts.port = static_cast<std::uint16_t>(*port);
  return parts;
}

std::string_view without_final_dot(std::string_view host) {
  if (host.back() == '.') host.remove_suffix(1);
  return host;
}

void append_port(std::string& out, std::uint16_t port, std::uint16_t default_port) {
  if (port == 0 || port == default_port) return;
  out += ':';
  append_number(out, port);
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const auto parts = split_authority(text);
  if (!parts) return std::nullopt;
  Authority authority;
  authority.host = lowered(without_final_dot(parts->host));
  authority.port = parts->port;
  return authority;
}

std::optional<std::string> canonical_authority(std::string_view text, std::uint16_t default_port) {
  const auto parts = split_authority(text);
  if (!parts) return std::nullopt;
  std::string out = lowered(without_final_dot(parts->host));
  append_port(out, parts->port, default_port);
  return out;
}

bool is_authority(std::string_view text) {
  return split_authority(text).has_value();
}

std::string Authority::to_string(std::uint16_t default_port) const {
  std::string text = host;
  append_port(text, port, default_port);
  return text;
}

}  // namespace sallyport::http
