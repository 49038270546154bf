#include "net/pipe_stream.hpp"

#include <algorithm>

namespace sallyport::net {
namespace {

struct Direction {
  std::string bytes;
  bool ended = false;        // the writer has finished or gone
  bool reader_gone = false;
  async::Signal readable;
  async::Signal writable;
};

class PipeStream final : public Stream {
 public:
  PipeStream(std::shared_ptr<Direction> in, std::shared_ptr<Direction> out, std::size_t capacity)
      : in_(std::move(in)), out_(std::move(out)), capacity_(capacity) {}
  ~PipeStream() override {
    shut_write();
    in_->reader_gone = true;
    in_->writable.wake_all();
  }

  Attempt try_read(std::span<char> into) override {
    if (in_->bytes.empty()) return in_->ended ? Attempt::end() : Attempt::would_block();
    const std::size_t n = std::min(into.size(), in_->bytes.size());
    std::copy_n(in_->bytes.data(), n, into.data());
    in_->bytes.erase(0, n);
    in_->writable.wake_all();
    return Attempt::done(n);
  }

  Attempt try_write(std::string_view from) override {
    if (out_->reader_gone || out_->ended) return Attempt::failed(Errc::reset);
    const std::size_t n = std::min(from.size(), capacity_ - std::min(capacity_, out_->bytes.size()));
    if (n == 0) return Attempt::would_block();
    out_->bytes.append(from.substr(0, n));
    out_->readable.wake_all();
    return Attempt::done(n);
  }

  async::Task<Result<>> wait_readable(async::Deadline deadline) override {
    if (!in_->bytes.empty() || in_->ended) co_return Result<>();
    const async::Outcome outcome = co_await in_->readable.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "waiting for data"));
    co_return Result<>();
  }

  async::Task<Result<>> wait_writable(async::Deadline deadline) override {
    if (out_->bytes.size() < capacity_ || out_->reader_gone || out_->ended) co_return Result<>();
    const async::Outcome outcome = co_await out_->writable.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "waiting to write"));
    co_return Result<>();
  }

  void shut_write() override {
    out_->ended = true;
    out_->readable.wake_all();
  }

  void abort() override {
    shut_write();
    out_->writable.wake_all();
    in_->ended = in_->reader_gone = true;
    in_->readable.wake_all();
    in_->writable.wake_all();
  }

 private:
  std::shared_ptr<Direction> in_;
  std::shared_ptr<Direction> out_;
  std::size_t capacity_;
};

}  // namespace

std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> make_pipe(std::size_t capacity) {
  auto there = std::make_shared<Direction>();
  auto back = std::make_shared<Direction>();
  return {std::make_unique<PipeStream>(back, there, capacity), std::make_unique<PipeStream>(there, back, capacity)};
}

}  // namespace sallyport::net
