#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/words.hpp"

// ASCII text without locales.
namespace sallyport {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
// C0 controls and DEL.
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
// The value of a hexadecimal digit, -1 for any other character.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lowered(std::string_view text);
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (!std::is_constant_evaluated() && a.size() >= words::kSize / 2) {
    return words::agree(a.data(), b.data(), a.size(), words::equal_ignoring_case);
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

// Without the spaces and tabs at both ends.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The pieces between separators; "a,,b" gives three, "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

// A decimal number of digits only, no sign, no blank; nothing for an empty text or one above `max`.
std::optional<std::uint64_t> parse_unsigned(std::string_view digits, std::uint64_t max = UINT64_MAX);

// In decimal digits.
void append_number(std::string& out, std::uint64_t number);

// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

// Safe in element content and in quoted attribute values: & < > " ' become character references.
std::string html_escaped(std::string_view text);

// For a log line: control characters, the backslash and bytes that are no UTF-8 become \xHH; cut after `max` bytes
// of input with "..." in place of the rest. The result has no control character.
std::string log_escaped(std::string_view text, std::size_t max = 1024);
// The same behind what `out` has; the character `also`, which is ASCII, is escaped too.
void append_log_escaped(std::string& out, std::string_view text, std::size_t max, char also = '\\');

// For a JSON string (RFC 8259 section 7), between its quotes, behind what `out` has: control characters, C1 ones too,
// become \u00HH, what is no UTF-8 U+FFFD for each byte.
void append_json_escaped(std::string& out, std::string_view text);

// The candidate nearest to `word` by edit distance, if it is near enough to be a likely typing mistake.
std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace sallyport
