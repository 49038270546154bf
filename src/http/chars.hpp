#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "base/words.hpp"

// Character classes of RFC 9110, RFC 9112 and RFC 3986: one table for both HTTP versions, so that what one codec
// refuses cannot enter through the other.
namespace sallyport::http {

enum CharClass : std::uint8_t {
  kToken = 1,       // tchar: field names, methods
  kFieldValue = 2,  // HTAB, SP, VCHAR, obs-text
  kVisible = 4,     // VCHAR: 0x21 to 0x7e
  kPathChar = 8,    // pchar without "%": what a path segment may hold without encoding
  kHostChar = 16,   // letters, digits, "-", ".", "_"
  kPlainPath = 32,  // kPathChar without ";", where parameters begin
};

constexpr std::array<std::uint8_t, 256> make_char_classes() {
  std::array<std::uint8_t, 256> classes{};
  constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
  constexpr std::string_view path_marks = "-._~!$&'()*+,;=:@";
  constexpr std::string_view host_marks = "-._";
  for (unsigned i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    std::uint8_t bits = 0;
    if (is_alnum(c) || token_marks.find(c) != std::string_view::npos) bits |= kToken;
    if (!is_control(c) || c == '\t') bits |= kFieldValue;
    if (i > 0x20 && i < 0x7f) bits |= kVisible;
    if (is_alnum(c) || path_marks.find(c) != std::string_view::npos) bits |= kPathChar;
    if ((bits & kPathChar) != 0 && c != ';') bits |= kPlainPath;
    if (is_alnum(c) || host_marks.find(c) != std::string_view::npos) bits |= kHostChar;
    classes[i] = bits;
  }
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> kCharClasses = make_char_classes();

constexpr bool is_in(char c, CharClass wanted) {
  return (kCharClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

constexpr bool all_in(std::string_view text, CharClass wanted) {
  // No branch in the loop: nearly all texts are right to their end.
  std::uint8_t bits = wanted;
  for (const char c : text) bits &= kCharClasses[static_cast<unsigned char>(c)];
  return bits != 0;
}

// A method or a field name: one or more tchar (RFC 9110 section 5.6.2).
inline bool is_token(std::string_view text) {
  if (text.size() < 8) {
    const bool is_plain = text.size() >= 4 && words::are_plain_name(words::load_short(text.data(), text.size()));
    return is_plain || (!text.empty() && all_in(text, kToken));
  }
  // Eight at a time; the last eight may overlap those before.
  for (std::size_t at = 0;;) {
    if (!words::are_plain_name(words::load(text.data() + at)) && !all_in(text.substr(at, 8), kToken)) return false;
    if (at + 8 == text.size()) return true;
    at = std::min(at + 8, text.size() - 8);
  }
}

// A field value of any length: HTAB, SP, VCHAR and obs-text (RFC 9110 section 5.5), so no CR, LF, NUL. This is where
// most bytes of a head go through.
inline bool is_field_value(std::string_view text) {
  if (text.size() < 8) {
    const bool is_plain = text.size() >= 4 && words::any_control(words::load_short(text.data(), text.size())) == 0;
    return is_plain || all_in(text, kFieldValue);
  }
  for (std::size_t at = 0;;) {
    if (words::any_control(words::load(text.data() + at)) != 0 && !all_in(text.substr(at, 8), kFieldValue)) return false;
    if (at + 8 == text.size()) return true;
    at = std::min(at + 8, text.size() - 8);
  }
}

// What a request-target may be made of: VCHAR, not empty, no "#": a fragment is never sent (RFC 9112 section 3.2), and
// two parties have read it differently before (CVE-2023-45539).
inline bool is_target_text(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  if (left == 0) return false;
  for (; left >= 8; at += 8, left -= 8) {
    const std::uint64_t word = words::load(at);
    if ((words::any_below(word, 0x21) | words::any_equal(word, 0x7f) | words::any_equal(word, '#') |
         (word & words::kHighBits)) != 0) {
      return false;
    }
  }
  const std::string_view rest(at, left);
  return all_in(rest, kVisible) && rest.find('#') == std::string_view::npos;
}

}  // namespace sallyport::http
