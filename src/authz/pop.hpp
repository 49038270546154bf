#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "identity/credential.hpp"

namespace sallyport::authz {

// The largest number that an authentication level can have, however many are configured.
inline constexpr int kMaxLevel = 63;

// What a network's clients have to have: an authentication level (0: nothing), or there is no way in for them.
struct Requirement {
  bool is_forbidden = false;
  int level = 0;  // 0 to kMaxLevel; of no meaning if forbidden

  // "forbidden", or the number of a level. Errors: malformed.
  static Result<Requirement> parse(std::string_view text);
  std::string to_string() const;

  friend bool operator==(const Requirement&, const Requirement&) = default;
};

// A network in the words of WebSEAL: an address and a mask of the same family ("10.0.0.0" and "255.0.0.0", "2001:db8::"
// and "ffff:ffff::"). What is behind the mask's bits does not count.
class Network {
 public:
  // Errors: malformed, for an address or mask that is none, for two families, for a mask with a gap in it.
  static Result<Network> parse(std::string_view address, std::string_view mask);

  // IPv4 clients are in IPv4 networks only.
  bool contains(const IpAddress& client) const {
    return client.is_v4() == address_.is_v4() && client.masked(bits_) == address_;
  }
  // How many bits of the mask are set, of 128; those of an IPv4 network count from 96.
  unsigned bits() const { return bits_; }
  std::string address() const { return address_.to_string(); }
  std::string mask() const;

  friend bool operator==(const Network&, const Network&) = default;
  // The more specific one first.
  friend bool operator<(const Network& a, const Network& b) {
    return a.bits_ != b.bits_ ? a.bits_ > b.bits_ : a.address_ < b.address_;
  }

 private:
  Network(const IpAddress& address, unsigned bits) : address_(address.masked(bits)), bits_(bits) {}

  IpAddress address_;
  unsigned bits_;
};

// Quality of protection: what the client's connection has to be.
enum class Protection : std::uint8_t {
  none,
  integrity,  // TLS, as for the next: there is no TLS without privacy
  privacy,
};

// "none", "integrity", "privacy".
std::string_view name_of(Protection protection);
std::optional<Protection> protection_from(std::string_view name);

// A protected object policy: conditions on how and from where something is asked for, whoever asks.
struct Pop {
  struct Entry {
    Network network;
    Requirement requirement;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  identity::Name name;
  std::string description;
  bool warning = false;  // nobody is held up, the audit log says who would be
  Protection protection = Protection::none;
  std::vector<Entry> networks;  // sorted, each network once
  Requirement any_other_network;

  friend bool operator==(const Pop&, const Pop&) = default;
};

// That of the most specific network which the client is in; of any other network if it is in none.
const Requirement& requirement_for(const Pop& pop, const IpAddress& client);

}  // namespace sallyport::authz
