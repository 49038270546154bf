#include "base/secret.hpp"

#include <cstdint>
#include <cstring>

namespace sallyport {

void wipe(std::string& bytes) {
  // The capacity beyond size() may hold an older, longer value.
  bytes.resize(bytes.capacity());
  explicit_bzero(bytes.data(), bytes.size());
  bytes.clear();
}

void wipe(std::span<char> bytes) { explicit_bzero(bytes.data(), bytes.size()); }

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile std::uint64_t difference = 0;
  std::size_t at = 0;
  for (; at + 8 <= a.size(); at += 8) {
    std::uint64_t of_a;
    std::uint64_t of_b;
    std::memcpy(&of_a, a.data() + at, sizeof of_a);
    std::memcpy(&of_b, b.data() + at, sizeof of_b);
    difference = difference | (of_a ^ of_b);
  }
  for (; at < a.size(); ++at) difference = difference | static_cast<unsigned char>(a[at] ^ b[at]);
  return difference == 0;
}

Secret Secret::take(std::string&& bytes) {
  Secret secret{std::string_view(bytes)};
  wipe(bytes);
  return secret;
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = other.bytes_;
  }
  return *this;
}

// Short strings live inside the object: a plain move would leave a copy behind.
Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    wipe(other.bytes_);
  }
  return *this;
}

Secret::~Secret() { wipe(bytes_); }

bool operator==(const Secret& a, const Secret& b) { return equal_in_constant_time(a.bytes_, b.bytes_); }

}  // namespace sallyport
