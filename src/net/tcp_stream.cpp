#include "net/tcp_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace sallyport::net {

async::Task<Result<std::unique_ptr<Stream>>> TcpStream::connect(Endpoint to, async::Deadline deadline) {
  const std::string doing = "connecting to " + to.to_string();
  const SocketAddress address = SocketAddress::of(to);
  Fd fd(socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) co_return fail(socket_error(errno, doing, Side::upstream));
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int socket_fd = fd.get();
  const int started = ::connect(socket_fd, address.get(), address.length);
  const int error_number = errno;
  if (started != 0 && error_number != EINPROGRESS) co_return fail(socket_error(error_number, doing, Side::upstream));
  const async::Context here = co_await async::CurrentContext();
  auto stream = std::make_unique<TcpStream>(*here.loop, std::move(fd));
  if (started != 0) {
    stream->watch_.not_writable();
    const async::Outcome outcome = co_await stream->watch_.writable(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, doing, Side::upstream));
    int result = 0;
    socklen_t length = sizeof result;
    getsockopt(socket_fd, SOL_SOCKET, SO_ERROR, &result, &length);
    if (result != 0) co_return fail(socket_error(result, doing, Side::upstream));
  }
  co_return std::unique_ptr<Stream>(std::move(stream));
}

Attempt TcpStream::try_read(std::span<char> into) {
  if (is_dry()) return Attempt::would_block();
  for (;;) {
    const ssize_t n = recv(fd_.get(), into.data(), into.size(), 0);
    if (n > 0) {
      if (static_cast<std::size_t>(n) < into.size()) watch_.read_was_short();
      return Attempt::done(static_cast<std::size_t>(n));
    }
    if (n == 0) return Attempt::end();
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Attempt::failed(errc_of(errno));
    watch_.not_readable();
    return Attempt::would_block();
  }
}

Attempt TcpStream::try_write(std::string_view from) {
  for (;;) {
    const ssize_t n = send(fd_.get(), from.data(), from.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      watch_.write_succeeded();
      return Attempt::done(static_cast<std::size_t>(n));
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Attempt::failed(errc_of(errno));
    watch_.not_writable();
    return Attempt::would_block();
  }
}

async::Task<Result<>> TcpStream::wait_readable(async::Deadline deadline) {
  const async::Outcome outcome = co_await watch_.readable(deadline);
  if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "waiting for data"));
  co_return Result<>();
}

async::Task<Result<>> TcpStream::wait_writable(async::Deadline deadline) {
  const async::Outcome outcome = co_await watch_.writable(deadline);
  if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "waiting to write"));
  co_return Result<>();
}

void TcpStream::shut_write() { shutdown(fd_.get(), SHUT_WR); }

void TcpStream::abort() { shutdown(fd_.get(), SHUT_RDWR); }

}  // namespace sallyport::net
