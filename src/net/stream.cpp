#include "net/stream.hpp"

namespace sallyport::net {

async::Task<Result<std::size_t>> Stream::read_some(std::span<char> into, async::Deadline deadline) {
  for (;;) {
    const Attempt attempt = try_read(into);
    if (attempt.kind == Attempt::Kind::done) co_return attempt.bytes;
    if (attempt.kind == Attempt::Kind::end) co_return std::size_t{0};
    if (attempt.kind == Attempt::Kind::failed) co_return fail(attempt.error, "reading");
    const Result<> ready = co_await wait_readable(deadline);
    if (!ready) co_return fail(ready.error());
  }
}

async::Task<Result<>> Stream::write_all(std::string_view from, async::Deadline deadline) {
  while (!from.empty()) {
    const Attempt attempt = try_write(from);
    if (attempt.kind == Attempt::Kind::done) {
      from.remove_prefix(attempt.bytes);
      continue;
    }
    if (attempt.kind != Attempt::Kind::would_block) co_return fail(attempt.error, "writing");
    const Result<> ready = co_await wait_writable(deadline);
    if (!ready) co_return fail(ready.error());
  }
  co_return Result<>();
}

async::Task<Result<>> Stream::flush(async::Deadline deadline) {
  while (has_unsent()) {
    const Attempt attempt = try_flush();
    if (attempt.kind == Attempt::Kind::done) continue;
    if (attempt.kind != Attempt::Kind::would_block) co_return fail(attempt.error, "writing");
    const Result<> ready = co_await wait_writable(deadline);
    if (!ready) co_return fail(ready.error());
  }
  co_return Result<>();
}

}  // namespace sallyport::net
