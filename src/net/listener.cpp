#include "net/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sallyport::net {

Result<Fd> open_listening_socket(const Endpoint& at, int backlog) {
  const std::string doing = "listening on " + at.to_string();
  const SocketAddress address = SocketAddress::of(at);
  Fd fd(socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail(socket_error(errno, doing));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  // Inherited by what is accepted: handshake flights and short answers must not wait for Nagle.
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (address.get()->sa_family == AF_INET6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind(fd.get(), address.get(), address.length) != 0) return fail(socket_error(errno, doing));
  if (listen(fd.get(), backlog) != 0) return fail(socket_error(errno, doing));
  return fd;
}

Result<Fd> open_local_listening_socket(const std::string& path, unsigned mode) {
  const std::string doing = "listening on " + path;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Errc::bad_config, doing + ": a socket's path has 1 to " +
                                      std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail(socket_error(errno, doing));
  struct stat existing {};
  if (lstat(path.c_str(), &existing) == 0 && S_ISSOCK(existing.st_mode)) {
    Fd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(probe.get(), generic, sizeof address) == 0) {
      return fail(Errc::already_exists, doing + ": another process serves this socket");
    }
    unlink(path.c_str());
  }
  // The mode must be right before anybody can connect.
  const mode_t before = umask(static_cast<mode_t>(~mode & 0777));
  const int bound = bind(fd.get(), generic, sizeof address);
  const int error_number = errno;
  umask(before);
  if (bound != 0) return fail(socket_error(error_number, doing));
  if (listen(fd.get(), 64) != 0) return fail(socket_error(errno, doing));
  return fd;
}

Endpoint local_endpoint(int fd) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (getsockname(fd, address.get(), &address.length) != 0) return Endpoint{};
  return address.endpoint();
}

async::Task<Result<Accepted>> Listener::accept(async::Deadline deadline) {
  for (;;) {
    SocketAddress peer;
    peer.length = sizeof peer.storage;
    Fd fd(accept4(fd_.get(), peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      Accepted accepted;
      accepted.peer = peer.endpoint();
      accepted.local = local_endpoint(fd.get());
      if (peer.storage.ss_family == AF_UNIX) {
        ucred credentials{};
        socklen_t length = sizeof credentials;
        if (getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0) {
          accepted.credentials = PeerCredentials{credentials.uid, credentials.gid};
        }
      }
      accepted.stream = std::make_unique<TcpStream>(loop_, std::move(fd));
      co_return accepted;
    }
    // accept(2): errors of a connection that died in the queue are passed on here; take the next one.
    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) co_return fail(socket_error(errno, "accepting a connection"));
    watch_.not_readable();
    const async::Outcome outcome = co_await watch_.readable(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "accepting a connection"));
  }
}

}  // namespace sallyport::net
