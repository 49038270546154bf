#include "wire/input.hpp"

namespace sallyport::wire {
namespace {

// How often one stream is read, 32 KiB each time, before the loop's others have their turn.
constexpr int kMostFillsInTurn = 8;

}  // namespace

Result<bool> Input::try_fill() {
  const net::Attempt attempt = stream_.try_read(block_.room());
  switch (attempt.kind) {
    case net::Attempt::Kind::done: block_.produced(attempt.bytes); return true;
    case net::Attempt::Kind::end: ended_ = true; return true;
    case net::Attempt::Kind::would_block: return false;
    case net::Attempt::Kind::failed: break;
  }
  return fail(attempt.error, "reading");
}

async::Task<Result<std::size_t>> Input::fill(async::Deadline deadline) {
  const std::size_t before = block_.bytes().size();
  if (++fills_without_wait_ > kMostFillsInTurn) {
    fills_without_wait_ = 1;
    co_await async::NextTurn();
  }
  for (;;) {
    const Result<bool> filled = try_fill();
    if (!filled) co_return fail(filled.error());
    if (*filled) co_return block_.bytes().size() - before;
    if (block_.empty()) rest();
    fills_without_wait_ = 1;
    const Result<> ready = co_await stream_.wait_readable(deadline);
    if (!ready) co_return fail(ready.error());
  }
}

}  // namespace sallyport::wire
