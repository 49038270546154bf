#pragma once

#include <sys/socket.h>

#include <utility>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace sallyport::net {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// The kernel's form of an endpoint: IPv4 as AF_INET, else AF_INET6.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  static SocketAddress of(const Endpoint& endpoint);
  // Of an AF_INET or AF_INET6 address; anything else gives "::" port 0.
  Endpoint endpoint() const;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// The Errc for an errno of a socket call.
Errc errc_of(int error_number);
// "refused: connecting to 127.0.0.1:80: Connection refused"
Error socket_error(int error_number, const std::string& doing, Side side = Side::self);

}  // namespace sallyport::net
