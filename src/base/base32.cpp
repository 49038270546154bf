#include "base/base32.hpp"

#include <cstdint>

#include "base/secret.hpp"

namespace sallyport {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// -1 for a character that is none of the alphabet's.
int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

}  // namespace

std::string base32_encoded(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xfff;
    for (count += 8; count >= 5; count -= 5) out += kAlphabet[bits >> (count - 5) & 31];
  }
  if (count > 0) out += kAlphabet[bits << (5 - count) & 31];
  return out;
}

std::optional<std::string> base32_decoded(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() * 5 / 8);
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const int value = value_of(c);
    if (value < 0) {
      wipe(out);
      return std::nullopt;
    }
    ++digits;
    bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  // 1, 3 and 6 digits of a group of 8 end within a byte; bits of no byte are zero.
  const std::size_t rest = digits % 8;
  if (rest == 1 || rest == 3 || rest == 6 || (bits & ((1u << count) - 1)) != 0) {
    wipe(out);
    return std::nullopt;
  }
  return out;
}

}  // namespace sallyport
