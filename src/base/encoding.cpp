#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace sallyport {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode64(std::string_view bytes, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= have) {
        out += alphabet[group >> (18 - 6 * k) & 63];
      } else if (padded) {
        out += '=';
      }
    }
  }
  return out;
}

// Of the characters of an alphabet; above 63 for all others.
using Values = std::array<std::uint8_t, 256>;

constexpr Values values_of(std::string_view alphabet) {
  Values values{};
  for (auto& value : values) value = 0xff;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr Values kStandardValues = values_of(kStandard);
constexpr Values kUrlSafeValues = values_of(kUrlSafe);

// Writes text.size() * 6 / 8 bytes; false if the text is not canonical base64 without padding.
bool decode64_into(char* out, std::string_view text, const Values& values) {
  if (text.size() % 4 == 1) return false;
  std::uint32_t all = 0;
  const auto value = [&](char c) {
    const std::uint32_t v = values[static_cast<unsigned char>(c)];
    all |= v;
    return v;
  };
  const char* at = text.data();
  for (const char* const end = at + text.size() / 4 * 4; at != end; at += 4) {
    const std::uint32_t three = value(at[0]) << 18 | value(at[1]) << 12 | value(at[2]) << 6 | value(at[3]);
    *out++ = static_cast<char>(three >> 16 & 0xff);
    *out++ = static_cast<char>(three >> 8 & 0xff);
    *out++ = static_cast<char>(three & 0xff);
  }
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text.substr(text.size() / 4 * 4)) {
    bits = bits << 6 | value(c);
    count += 6;
    if (count >= 8) {
      count -= 8;
      *out++ = static_cast<char>(bits >> count & 0xff);
    }
  }
  // Bits left over must be zero, or two texts would decode to the same bytes.
  return all < 64 && (bits & ((1u << count) - 1)) == 0;
}

std::optional<std::string> decode64(std::string_view text, const Values& values, bool padded) {
  if (padded) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  }
  std::string out(text.size() * 6 / 8, '\0');
  if (!decode64_into(out.data(), text, values)) return std::nullopt;
  return out;
}

}  // namespace

std::string hex_encoded(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::optional<std::string> hex_decoded(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string base64_encoded(std::string_view bytes) {
  return encode64(bytes, kStandard, true);
}
std::optional<std::string> base64_decoded(std::string_view text) {
  return decode64(text, kStandardValues, true);
}
std::string base64url_encoded(std::string_view bytes) {
  return encode64(bytes, kUrlSafe, false);
}
std::optional<std::string> base64url_decoded(std::string_view text) {
  return decode64(text, kUrlSafeValues, false);
}

bool base64url_decode(std::string_view text, std::span<char> out) {
  return text.size() * 6 / 8 == out.size() && decode64_into(out.data(), text, kUrlSafeValues);
}

std::string percent_encoded(std::string_view bytes, std::string_view also_kept) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const auto is_kept = [also_kept](char c) {
    const bool is_unreserved = is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
    return is_unreserved || also_kept.find(c) != std::string_view::npos;
  };
  // Nearly all texts are kept from end to end.
  const auto first = std::find_if_not(bytes.begin(), bytes.end(), is_kept);
  std::string out(bytes.begin(), first);
  if (first == bytes.end()) return out;
  out.reserve(bytes.size());
  for (const char c : bytes.substr(out.size())) {
    if (is_kept(c)) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace sallyport
