#include "junction/case_folding.hpp"

#include <optional>

#include "base/text.hpp"

namespace sallyport::junction {
namespace {

using CodePoint = char32_t;

// The code point at the start of valid UTF-8; `text` is left behind it.
CodePoint take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  CodePoint value = length == 1 ? first : first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (byte(i) & 0x3fu);
  text.remove_prefix(length);
  return value;
}

void append(std::string& out, CodePoint c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

bool between(CodePoint c, CodePoint low, CodePoint high) {
  return c >= low && c <= high;
}

// Latin-1 Supplement and Latin Extended-A. Left out: letters whose other case is in another block or is ASCII (dotted
// I, dotless i, long s, micro sign), because implementations differ about them.
std::optional<CodePoint> folded_latin(CodePoint c) {
  if (c == 0xb5 || c == 0x130 || c == 0x131 || c == 0x149 || c == 0x17f) return std::nullopt;
  if (c == 0x178) return 0xff;
  if (c < 0x100) return between(c, 0xc0, 0xde) && c != 0xd7 ? c + 0x20 : c;
  const bool capitals_are_odd = between(c, 0x139, 0x148) || between(c, 0x179, 0x17e);
  if (c == 0x138) return c;
  return (c % 2 == 1) == capitals_are_odd ? c + 1 : c;
}

std::optional<CodePoint> folded_greek(CodePoint c) {
  if (c == 0x386) return 0x3ac;
  if (between(c, 0x388, 0x38a)) return c + 37;
  if (c == 0x38c) return 0x3cc;
  if (c == 0x38e || c == 0x38f) return c + 63;
  if (between(c, 0x391, 0x3ab) && c != 0x3a2) return c + 0x20;
  if (c == 0x3c2) return 0x3c3;  // final sigma has the same capital
  return between(c, 0x3ac, 0x3ce) || c == 0x390 ? std::optional(c) : std::nullopt;
}

std::optional<CodePoint> folded_cyrillic(CodePoint c) {
  if (c < 0x410) return c + 0x50;
  if (c < 0x430) return c + 0x20;
  if (c < 0x460) return c;
  if (between(c, 0x482, 0x489) || between(c, 0x4c0, 0x4cf)) return std::nullopt;
  return c % 2 == 0 ? c + 1 : c;
}

// Nothing for a letter that may have another case which is not known here.
std::optional<CodePoint> folded(CodePoint c) {
  if (c < 0x80) return static_cast<unsigned char>(to_lower(static_cast<char>(c)));
  if (c < 0x180) return folded_latin(c);
  if (between(c, 0x370, 0x3ff)) return folded_greek(c);
  if (between(c, 0x400, 0x52f)) return folded_cyrillic(c);
  // Hebrew to Myanmar; Hangul Jamo; CJK with kana, without compatibility forms; Hangul. None of them has case.
  const bool has_no_case = between(c, 0x5be, 0x109f) || between(c, 0x1100, 0x11ff) || between(c, 0x3001, 0x9fff) ||
                           between(c, 0xac00, 0xd7a3) || between(c, 0x20000, 0x3134f);
  return has_no_case ? std::optional(c) : std::nullopt;
}

bool is_alias(std::string_view segment) {
  if (segment.empty()) return false;
  if (segment.back() == '.' || segment.back() == ' ' || segment.find(':') != std::string_view::npos) return true;
  for (std::size_t i = 0; i + 1 < segment.size(); ++i) {
    if (segment[i] == '~' && is_digit(segment[i + 1])) return true;
  }
  return false;
}

}  // namespace

Result<std::string> folded_path(std::string_view path) {
  const auto not_found = [](const char* why) { return fail(Errc::not_found, why, Side::client); };
  for (const auto segment : split(path, '/')) {
    if (is_alias(segment)) return not_found("another spelling of a file name on a case-insensitive junction");
  }
  std::string out;
  out.reserve(path.size());
  while (!path.empty()) {
    const auto c = folded(take_code_point(path));
    if (!c) return not_found("a letter without known lower case on a case-insensitive junction");
    append(out, *c);
  }
  return out;
}

}  // namespace sallyport::junction
