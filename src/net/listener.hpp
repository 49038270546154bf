#pragma once

#include <memory>
#include <optional>
#include <string>

#include "async/fd_watch.hpp"
#include "net/socket.hpp"
#include "net/tcp_stream.hpp"

namespace sallyport::net {

// Who is at the other end of a local socket, as the kernel says.
struct PeerCredentials {
  unsigned uid = 0;
  unsigned gid = 0;
};

// A connection that a listener has taken.
struct Accepted {
  std::unique_ptr<Stream> stream;
  Endpoint peer;
  Endpoint local;
  std::optional<PeerCredentials> credentials;  // of a local (AF_UNIX) connection
};

// Opens a listening socket with SO_REUSEPORT, so that each worker has its own queue. Port 0: any free one. Errors name
// the endpoint.
Result<Fd> open_listening_socket(const Endpoint& at, int backlog = 4096);
// A local (AF_UNIX) listening socket, with these permission bits; a socket file that nobody serves is replaced.
Result<Fd> open_local_listening_socket(const std::string& path, unsigned mode);
// Where a socket is bound.
Endpoint local_endpoint(int fd);

// Takes connections from a listening socket, one at a time.
class Listener {
 public:
  Listener(async::EventLoop& loop, Fd socket) : loop_(loop), fd_(std::move(socket)), watch_(loop, fd_.get()) {}

  // Errors: canceled, timeout; internal when the process is out of descriptors or memory (wait a little, then go on).
  async::Task<Result<Accepted>> accept(async::Deadline deadline);
  Endpoint endpoint() const { return local_endpoint(fd_.get()); }

 private:
  async::EventLoop& loop_;
  Fd fd_;
  async::FdWatch watch_;
};

}  // namespace sallyport::net
