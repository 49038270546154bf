#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sallyport {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const auto at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

std::optional<std::uint64_t> parse_unsigned(std::string_view digits, std::uint64_t max) {
  constexpr std::size_t kNeverTooMany = 19;
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits.substr(0, kNeverTooMany)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  for (std::size_t i = kNeverTooMany; i < digits.size(); ++i) {
    if (!is_digit(digits[i])) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(digits[i] - '0');
    if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value <= max ? std::optional(value) : std::nullopt;
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

namespace {

constexpr std::array<bool, 256> make_plain_in_logs() {
  std::array<bool, 256> plain{};
  for (unsigned i = 0; i < 0x80; ++i) plain[i] = !is_control(static_cast<char>(i)) && i != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlainInLogs = make_plain_in_logs();

// How many characters at the front need no escape: nearly always all.
std::size_t count_plain_in_logs(std::string_view text, char also) {
  std::size_t plain = 0;
  for (; text.size() - plain >= words::kSize; plain += words::kSize) {
    const std::uint64_t word = words::load(text.data() + plain);
    const std::uint64_t others = words::any_control(word) | words::any_equal(word, '\\') |
                                 words::any_equal(word, static_cast<unsigned char>(also)) | (word & words::kHighBits);
    if (others != 0) return plain + words::first(others);
  }
  while (plain < text.size() && kPlainInLogs[static_cast<unsigned char>(text[plain])] && text[plain] != also) ++plain;
  return plain;
}

// The length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629 section 4).
std::size_t utf8_sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// U+0080 to U+009F: terminals obey them, as they do C0.
bool is_c1_control(std::string_view text) {
  return text.size() > 1 && text[0] == '\xc2' && static_cast<unsigned char>(text[1] ^ '\x80') < 0x20;
}

void append_hex(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.push_back(kHex[byte >> 4]);
  out.push_back(kHex[byte & 15]);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string log_escaped(std::string_view text, std::size_t max) {
  std::string out;
  append_log_escaped(out, text, max);
  return out;
}

void append_log_escaped(std::string& out, std::string_view text, std::size_t max, char also) {
  const bool cut = text.size() > max;
  if (cut) text = text.substr(0, max);
  while (!text.empty()) {
    const std::size_t plain = count_plain_in_logs(text, also);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8_sequence_length(text);
    const bool c1 = is_c1_control(text);
    if (length > 1 && !c1) {
      out.append(text.substr(0, length));
      text.remove_prefix(length);
      continue;
    }
    for (std::size_t bytes = c1 ? 2 : 1; bytes > 0; --bytes, text.remove_prefix(1)) {
      out.append("\\x", 2);
      append_hex(out, text.front());
    }
  }
  if (cut) out += "...";
}

void append_json_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = count_plain_in_logs(text, '"');
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char first = text.front();
    const bool c1 = is_c1_control(text);
    const std::size_t length = utf8_sequence_length(text);
    if (c1 || is_control(first)) {
      out.append("\\u00", 4);
      append_hex(out, c1 ? text[1] : first);
    } else if (length == 0) {
      out.append("\xef\xbf\xbd", 3);
    } else {
      if (length == 1) out.push_back('\\');
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  const auto distance = [](std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        const std::size_t above = row[j];
        const std::size_t change = diagonal + (to_lower(a[i - 1]) == to_lower(b[j - 1]) ? 0 : 1);
        row[j] = std::min({above + 1, row[j - 1] + 1, change});
        diagonal = above;
      }
    }
    return row[b.size()];
  };
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace sallyport
