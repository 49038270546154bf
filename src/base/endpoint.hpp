#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// An IPv4 or IPv6 address as 16 bytes; IPv4 is held mapped (::ffff:a.b.c.d), so that one client has one value
// whichever socket it came through.
class IpAddress {
 public:
  IpAddress() = default;
  // Textual form, without brackets, zone or port.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress from_bytes(const std::array<std::uint8_t, 16>& bytes);

  bool is_v4() const;
  std::string to_string() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  // The address with all but its first `bits` (of 128; an IPv4 prefix counts from 96) set to zero.
  IpAddress masked(unsigned bits) const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A network: "10.0.0.0/8", "2001:db8::/32", or a single address.
class Cidr {
 public:
  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const IpAddress& address) const { return address.masked(bits_) == network_; }
  std::string to_string() const;

  friend bool operator==(const Cidr&, const Cidr&) = default;

 private:
  IpAddress network_;
  unsigned bits_ = 128;
};

// Where a socket is bound or connected.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "127.0.0.1:80", "[::1]:80"
  std::string to_string() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace sallyport
