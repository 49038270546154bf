#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"

// The header that a TCP balancer puts in front of a connection's bytes: the PROXY protocol, versions 1 and 2
// (proxy-protocol.txt of HAProxy, sections 2.1 and 2.2). Pure: who reads the bytes, and whom he believes, is not known
// here.
namespace sallyport::net {

// The most that is read of a header. The specification has 536 bytes arrive at once on every path; what is beyond them
// can only be type-length-value vectors, which are skipped.
inline constexpr std::size_t kMostProxyHeader = 536 + 2048;

// The two ends of a connection, as the proxy saw it.
struct ProxiedConnection {
  Endpoint source;
  Endpoint destination;
  friend bool operator==(const ProxiedConnection&, const ProxiedConnection&) = default;
};

// What the bytes so far come to.
struct ProxyHeader {
  std::size_t missing = 0;  // bytes that the header is longer at least, whatever they are; 0: it is whole
  std::size_t size = 0;     // of the whole header
  // Of a whole header: nothing if the connection is the proxy's own (LOCAL), or from where it does not say in terms of
  // TCP (UNKNOWN, UNSPEC, UNIX and datagram sockets).
  std::optional<ProxiedConnection> connection;
};

// Looks at the beginning of a connection. Who begins with nothing and always reads no more than `missing` bytes ends at
// the header's last byte. Errors: malformed (this is no such header, and why), too_large.
Result<ProxyHeader> parse_proxy_header(std::string_view so_far);

}  // namespace sallyport::net
