#include "authz/pop.hpp"

#include <bit>

#include "base/text.hpp"

namespace sallyport::authz {
namespace {

constexpr std::size_t kShownBytes = 64;  // of a wrong word, in an error message
constexpr std::string_view kForbidden = "forbidden";
constexpr std::string_view kProtections[] = {"none", "integrity", "privacy"};

IpAddress all_ones(bool v4) {
  return *IpAddress::parse(v4 ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

std::string shown(std::string_view text) {
  return "'" + log_escaped(text, kShownBytes) + "'";
}

// The bits of the mask that are set, from the front of the 16 bytes; nothing if there is a gap.
std::optional<unsigned> bits_of(const IpAddress& mask) {
  unsigned bits = mask.is_v4() ? 96 : 0;
  for (unsigned i = bits / 8; i < 16; ++i) {
    const auto ones = static_cast<unsigned>(std::countl_one(mask.bytes()[i]));
    bits += ones;
    if (ones < 8) break;
  }
  if (all_ones(mask.is_v4()).masked(bits) != mask) return std::nullopt;
  return bits;
}

}  // namespace

Result<Requirement> Requirement::parse(std::string_view text) {
  if (equal_ignoring_case(text, kForbidden)) return Requirement{true, 0};
  const auto level = parse_unsigned(text, kMaxLevel);
  if (!level) {
    return fail(Errc::malformed, shown(text) + " is neither an authentication level, a number from 0 to " +
                                     std::to_string(kMaxLevel) + ", nor 'forbidden'");
  }
  return Requirement{false, static_cast<int>(*level)};
}

std::string Requirement::to_string() const {
  return is_forbidden ? std::string(kForbidden) : std::to_string(level);
}

Result<Network> Network::parse(std::string_view address, std::string_view mask) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return fail(Errc::malformed, shown(address) + " is no IP address");
  const auto parsed_mask = IpAddress::parse(mask);
  if (!parsed_mask) {
    return fail(Errc::malformed, shown(mask) + " is no network mask, such as 255.255.255.0 or ffff:ffff::");
  }
  if (parsed->is_v4() != parsed_mask->is_v4()) {
    return fail(Errc::malformed, "one of " + shown(address) + " and " + shown(mask) + " is IPv4, the other is IPv6");
  }
  const auto bits = bits_of(*parsed_mask);
  if (!bits) return fail(Errc::malformed, "the mask " + shown(mask) + " has a gap");
  return Network(*parsed, *bits);
}

std::string Network::mask() const {
  return all_ones(address_.is_v4()).masked(bits_).to_string();
}

std::string_view name_of(Protection protection) {
  return kProtections[static_cast<std::size_t>(protection)];
}

std::optional<Protection> protection_from(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kProtections); ++i) {
    if (kProtections[i] == name) return static_cast<Protection>(i);
  }
  return std::nullopt;
}

const Requirement& requirement_for(const Pop& pop, const IpAddress& client) {
  for (const auto& entry : pop.networks) {
    if (entry.network.contains(client)) return entry.requirement;
  }
  return pop.any_other_network;
}

}  // namespace sallyport::authz
