#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Eight characters of a text at once, in one integer. The answers are words too: a byte's highest bit says yes for it.
namespace sallyport::words {

inline constexpr std::uint64_t kEveryByte = 0x0101010101010101;
inline constexpr std::uint64_t kHighBits = kEveryByte * 0x80;
inline constexpr std::size_t kSize = 8;

// The first character is the lowest byte, on every processor.
inline std::uint64_t load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// A text of four to eight characters; those in its middle may be in it twice.
inline std::uint64_t load_short(const char* text, std::size_t size) {
  std::uint32_t front;
  std::uint32_t back;
  std::memcpy(&front, text, sizeof front);
  std::memcpy(&back, text + size - sizeof back, sizeof back);
  return std::uint64_t{front} << 32 | back;
}

// Not zero if a byte of the word is below `limit` (at most 0x80). The first that says yes is right, and all before it;
// those behind it may say yes without reason.
constexpr std::uint64_t any_below(std::uint64_t word, std::uint64_t limit) {
  return (word - kEveryByte * limit) & ~word & kHighBits;
}
// The same for bytes that are `byte`.
constexpr std::uint64_t any_equal(std::uint64_t word, std::uint64_t byte) {
  return any_below(word ^ (kEveryByte * byte), 1);
}
// The same for C0 controls and DEL.
constexpr std::uint64_t any_control(std::uint64_t word) {
  return ((word - kEveryByte * 0x20) | ((word ^ kEveryByte * 0x7f) - kEveryByte)) & ~word & kHighBits;
}
// The place of the first byte that says yes; `answer` is not zero.
constexpr std::size_t first(std::uint64_t answer) {
  return static_cast<std::size_t>(std::countr_zero(answer)) / 8;
}

namespace detail {
// Of bytes below 0x80; adding carries from no byte into the next.
constexpr std::uint64_t at_least(std::uint64_t bytes, std::uint64_t limit) {
  return bytes + kEveryByte * (0x80 - limit);
}
constexpr std::uint64_t between(std::uint64_t bytes, std::uint64_t low, std::uint64_t high) {
  return at_least(bytes, low) & ~at_least(bytes, high + 1);
}
}  // namespace detail

// Exact for every byte.
constexpr std::uint64_t letters(std::uint64_t word) {
  const std::uint64_t low = word & ~kHighBits;
  return detail::between(low | kEveryByte * 0x20, 'a', 'z') & ~word & kHighBits;
}

// Eight letters, digits or "-"?
constexpr bool are_plain_name(std::uint64_t word) {
  const std::uint64_t low = word & ~kHighBits;
  const std::uint64_t others = detail::between(low, '0', '9') | detail::between(low, '-', '-');
  return (letters(word) | (others & ~word & kHighBits)) == kHighBits;
}

// The same letters in any case, and otherwise the same bytes?
constexpr bool equal_ignoring_case(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kCase = kEveryByte * 0x20;
  const std::uint64_t difference = a ^ b;
  if (difference == 0) return true;
  return (difference & ~kCase) == 0 && ((difference << 2) & ~letters(a)) == 0;
}

// The same where `lower` has nothing but lower-case letters, digits and "-".
constexpr bool equal_to_lower(std::uint64_t word, std::uint64_t lower) {
  const std::uint64_t may_differ = (lower & (kEveryByte * 0x40)) >> 1;  // in their case, the letters
  return ((word ^ lower) & ~may_differ) == 0;
}

// Does `equal` say yes to all words of the two texts? Both have `size` characters, at least four.
template <class Equal>
bool agree(const char* a, const char* b, std::size_t size, Equal equal) {
  if (size < kSize) return equal(load_short(a, size), load_short(b, size));
  const std::size_t last = size - kSize;  // may overlap those before
  for (std::size_t at = 0; at < last; at += kSize) {
    if (!equal(load(a + at), load(b + at))) return false;
  }
  return equal(load(a + last), load(b + last));
}

}  // namespace sallyport::words
