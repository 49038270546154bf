#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::http {

// Host and port of a Host field, of an absolute-form or authority-form target, or of ":authority".
struct Authority {
  std::string host;        // lower case; without a trailing dot; an IPv6 address keeps its brackets
  std::uint16_t port = 0;  // 0: none was given

  // "example.org", "example.org:8443"; a port equal to `default_port` is left out.
  std::string to_string(std::uint16_t default_port) const;
  friend bool operator==(const Authority&, const Authority&) = default;
};

// Narrower than RFC 3986 section 3.2, because what nobody uses can only confuse: a DNS name or IPv4 address of letters,
// digits, "-", "_" and single dots (at most 255 bytes), or an IPv6 address in brackets; then optionally ":" and a
// port from 1 to 65535. No user information, no percent-encoding, no empty host or port, no zone.
std::optional<Authority> parse_authority(std::string_view text);

// parse_authority() and to_string() at once.
std::optional<std::string> canonical_authority(std::string_view text, std::uint16_t default_port);

// parse_authority() without making the value.
bool is_authority(std::string_view text);

}  // namespace sallyport::http
