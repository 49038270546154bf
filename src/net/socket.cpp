#include "net/socket.hpp"

#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace sallyport::net {

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

SocketAddress SocketAddress::of(const Endpoint& endpoint) {
  SocketAddress out;
  const auto& bytes = endpoint.address.bytes();
  if (endpoint.address.is_v4()) {
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    std::memcpy(&v4->sin_addr, bytes.data() + 12, 4);
    out.length = sizeof *v4;
  } else {
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    std::memcpy(&v6->sin6_addr, bytes.data(), 16);
    out.length = sizeof *v6;
  }
  return out;
}

Endpoint SocketAddress::endpoint() const {
  std::array<std::uint8_t, 16> bytes{};
  if (storage.ss_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &v4->sin_addr, 4);
    return Endpoint{IpAddress::from_bytes(bytes), ntohs(v4->sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    std::memcpy(bytes.data(), &v6->sin6_addr, 16);
    return Endpoint{IpAddress::from_bytes(bytes), ntohs(v6->sin6_port)};
  }
  return Endpoint{};
}

Errc errc_of(int error_number) {
  switch (error_number) {
    case ECONNREFUSED: return Errc::refused;
    case ETIMEDOUT: return Errc::timeout;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED: return Errc::reset;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL: return Errc::unreachable;
    case EACCES:
    case EPERM: return Errc::denied;
    case ENOENT: return Errc::not_found;
    default: return Errc::internal;
  }
}

Error socket_error(int error_number, const std::string& doing, Side side) {
  return Error(errc_of(error_number), doing + ": " + std::generic_category().message(error_number), side);
}

}  // namespace sallyport::net
