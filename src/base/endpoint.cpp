#include "base/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace sallyport {
namespace {
constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  if (copy.size() != std::strlen(copy.c_str())) return std::nullopt;  // a NUL inside
  IpAddress address;
  in_addr v4{};
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
    std::memcpy(address.bytes_.data() + 12, &v4, 4);
    return address;
  }
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

IpAddress IpAddress::from_bytes(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

bool IpAddress::is_v4() const { return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin()); }

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

IpAddress IpAddress::masked(unsigned bits) const {
  IpAddress out = *this;
  for (unsigned i = 0; i < 16; ++i) {
    if (bits >= 8 * (i + 1)) continue;
    const unsigned keep = bits > 8 * i ? bits - 8 * i : 0;
    out.bytes_[i] = static_cast<std::uint8_t>(out.bytes_[i] & (0xff00u >> keep));
  }
  return out;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Cidr network;
  if (slash != std::string_view::npos) {
    const auto bits = parse_unsigned(text.substr(slash + 1), address->is_v4() ? 32 : 128);
    if (!bits) return std::nullopt;
    network.bits_ = static_cast<unsigned>(*bits) + (address->is_v4() ? 96 : 0);
  }
  network.network_ = address->masked(network.bits_);
  return network;
}

std::string Cidr::to_string() const {
  const unsigned bits = network_.is_v4() && bits_ >= 96 ? bits_ - 96 : bits_;
  return network_.to_string() + "/" + std::to_string(bits);
}

std::string Endpoint::to_string() const {
  return address.is_v4() ? address.to_string() + ":" + std::to_string(port)
                         : "[" + address.to_string() + "]:" + std::to_string(port);
}

}  // namespace sallyport
