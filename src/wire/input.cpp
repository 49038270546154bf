#include "wire/input.hpp"

namespace sallyport::wire {
namespace {

// How often one stream is read, 63 KiB each time, before the loop's others have their turn.
constexpr int kMostFillsInTurn = 4;

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

bool Input::has_turn() {
  if (++fills_without_wait_ <= kMostFillsInTurn) return true;
  fills_without_wait_ = 1;
  return false;
}

async::Task<Result<>> Input::wait(async::Deadline deadline) {
  if (block_.empty()) rest();
  fills_without_wait_ = 1;
  return stream_.wait_readable(deadline);
}

async::Task<Result<std::size_t>> Input::fill(async::Deadline deadline) {
  const std::size_t before = block_.bytes().size();
  if (!has_turn()) co_await async::NextTurn();
  for (;;) {
    const Result<bool> filled = try_fill();
    if (!filled) co_return fail(filled.error());
    if (*filled) co_return block_.bytes().size() - before;
    const Result<> ready = co_await wait(deadline);
    if (!ready) co_return fail(ready.error());
  }
}

}  // namespace sallyport::wire
