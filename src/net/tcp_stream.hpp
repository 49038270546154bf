#pragma once

#include <memory>

#include "async/fd_watch.hpp"
#include "net/socket.hpp"
#include "net/stream.hpp"

namespace sallyport::net {

// A connected, non-blocking stream socket: TCP (TCP_NODELAY set by its makers) or a local one.
class TcpStream final : public Stream {
 public:
  TcpStream(async::EventLoop& loop, Fd fd) : fd_(std::move(fd)), watch_(loop, fd_.get()) {}

  // Connects to the endpoint. Errors: refused, unreachable, timeout, canceled; their text names the endpoint.
  static async::Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, async::Deadline deadline);

  Attempt try_read(std::span<char> into) override;
  bool is_dry() const override { return !watch_.may_be_readable(); }
  bool is_silent() const override { return watch_.is_silent(); }
  Attempt try_write(std::string_view from) override;
  async::Task<Result<>> wait_readable(async::Deadline deadline) override;
  async::Task<Result<>> wait_writable(async::Deadline deadline) override;
  bool tell_when_gone(async::Ready* listener) override { return watch_.tell_when_finished(listener); }
  void look_again() override { watch_.look_again(); }
  void shut_write() override;
  void abort() override;

 private:
  Fd fd_;
  async::FdWatch watch_;
};

}  // namespace sallyport::net
