#include "net/proxy_header.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sallyport::net {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kV1 = "PROXY "sv;
constexpr std::string_view kV2 = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kShortestV1 = 15;  // "PROXY UNKNOWN" and its line end: no header is shorter
constexpr std::size_t kMostV1 = 107;     // section 2.1
constexpr std::size_t kFixedV2 = 16;     // up to the length of the rest
// Two addresses and two ports of AF_UNSPEC, AF_INET and AF_INET6; two paths of AF_UNIX.
constexpr std::array<std::size_t, 4> kAddressBlocks = {0, 12, 36, 216};

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}
std::size_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::size_t>(byte_at(bytes, at)) << 8 | byte_at(bytes, at + 1);
}

ProxyHeader longer_by(std::size_t missing) {
  ProxyHeader header;
  header.missing = missing;
  return header;
}

bool agrees(std::string_view bytes, std::string_view signature) {
  const std::size_t known = std::min(bytes.size(), signature.size());
  return bytes.substr(0, known) == signature.substr(0, known);
}

std::optional<IpAddress> address_of(std::string_view text, bool is_v4) {
  if ((text.find(':') == std::string_view::npos) != is_v4) return std::nullopt;
  return IpAddress::parse(text);
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  const auto port = parse_unsigned(text, 65535);
  if (!port) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

// What stands between "PROXY " and the line's end.
Result<std::optional<ProxiedConnection>> parse_v1_words(std::string_view text) {
  const std::vector<std::string_view> words = split(text, ' ');
  if (words.front() == "UNKNOWN") return std::nullopt;
  const bool is_v4 = words.front() == "TCP4";
  if (!is_v4 && words.front() != "TCP6") return fail(Errc::malformed, "neither TCP4 nor TCP6 nor UNKNOWN");
  if (words.size() != 5) return fail(Errc::malformed, "not two addresses and two ports with one space between them");
  const auto source = address_of(words[1], is_v4);
  const auto destination = address_of(words[2], is_v4);
  if (!source || !destination) {
    return fail(Errc::malformed, is_v4 ? "not two IPv4 addresses" : "not two IPv6 addresses");
  }
  const auto source_port = port_of(words[3]);
  const auto destination_port = port_of(words[4]);
  if (!source_port || !destination_port) return fail(Errc::malformed, "not two ports");
  return ProxiedConnection{Endpoint{*source, *source_port}, Endpoint{*destination, *destination_port}};
}

Result<ProxyHeader> parse_v1(std::string_view so_far) {
  const std::string_view line = so_far.substr(0, kMostV1);
  const std::size_t end = line.find_first_of("\r\n");
  if (end == std::string_view::npos || end + 1 == kMostV1) {
    const std::size_t missing = line.size() < kShortestV1 ? kShortestV1 - line.size() : 2;
    if (line.size() + missing > kMostV1) return fail(Errc::malformed, "a line of more than 107 bytes");
    return longer_by(missing);
  }
  if (line[end] == '\n') return fail(Errc::malformed, "a line that LF alone ends");
  if (end + 1 == line.size()) return longer_by(1);
  if (line[end + 1] != '\n') return fail(Errc::malformed, "CR without LF");
  auto connection = parse_v1_words(line.substr(kV1.size(), end - kV1.size()));
  if (!connection) return fail(std::move(connection.error()));
  return ProxyHeader{0, end + 2, *connection};
}

IpAddress address_at(std::string_view bytes, std::size_t at, std::size_t length) {
  std::array<std::uint8_t, 16> address{};
  if (length == 4) address[10] = address[11] = 0xff;
  for (std::size_t i = 0; i < length; ++i) address[16 - length + i] = byte_at(bytes, at + i);
  return IpAddress::from_bytes(address);
}

// Section 2.2: of the command LOCAL nothing else counts; of what is well-formed and not TCP, no more than its length.
Result<ProxyHeader> parse_v2(std::string_view so_far) {
  if (so_far.size() < kFixedV2) return longer_by(kFixedV2 - so_far.size());
  const unsigned version = byte_at(so_far, 12) >> 4;
  const unsigned command = byte_at(so_far, 12) & 15u;
  const unsigned family = byte_at(so_far, 13) >> 4;
  const unsigned transport = byte_at(so_far, 13) & 15u;
  if (version != 2) return fail(Errc::malformed, "version " + std::to_string(version) + " behind the signature of 2");
  if (command > 1) return fail(Errc::malformed, "command " + std::to_string(command));
  const bool is_local = command == 0;
  if (!is_local && family > 3) return fail(Errc::malformed, "address family " + std::to_string(family));
  if (!is_local && transport > 2) return fail(Errc::malformed, "transport protocol " + std::to_string(transport));
  const std::size_t length = number_at(so_far, 14);
  const std::size_t size = kFixedV2 + length;
  if (size > kMostProxyHeader) return fail(Errc::too_large, "a header of " + std::to_string(size) + " bytes");
  const bool has_addresses = !is_local && transport != 0;
  if (has_addresses && length < kAddressBlocks[family]) {
    return fail(Errc::malformed, "no room for the addresses in " + std::to_string(length) + " bytes");
  }
  if (so_far.size() < size) return longer_by(size - so_far.size());
  ProxyHeader header;
  header.size = size;
  if (!has_addresses || transport != 1 || (family != 1 && family != 2)) return header;
  const std::size_t address_size = family == 1 ? 4 : 16;
  const std::size_t ports = kFixedV2 + 2 * address_size;
  const auto port_at = [&](std::size_t at) { return static_cast<std::uint16_t>(number_at(so_far, at)); };
  header.connection =
      ProxiedConnection{Endpoint{address_at(so_far, kFixedV2, address_size), port_at(ports)},
                        Endpoint{address_at(so_far, kFixedV2 + address_size, address_size), port_at(ports + 2)}};
  return header;
}

}  // namespace

Result<ProxyHeader> parse_proxy_header(std::string_view so_far) {
  const bool may_be_v1 = agrees(so_far, kV1);
  const bool may_be_v2 = agrees(so_far, kV2);
  if (!may_be_v1 && !may_be_v2) return fail(Errc::malformed, "no header of the PROXY protocol");
  if (so_far.empty()) return longer_by(kShortestV1);
  return may_be_v1 ? parse_v1(so_far) : parse_v2(so_far);
}

}  // namespace sallyport::net
