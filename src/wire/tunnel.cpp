#include "wire/tunnel.hpp"

#include <algorithm>

#include "async/task_group.hpp"

namespace sallyport::wire {
namespace {

// How long one side may be silent when the other has said that nothing more comes. Some clients never end their side:
// Firefox keeps the stream of a WebSocket that it has closed.
constexpr Duration kHalfOpen = std::chrono::seconds(30);

struct Activity {
  TimePoint last;
  int ended = 0;  // directions
  bool failed = false;
};

// Ends when `from` ends; a wait that times out while the other direction is alive goes on waiting.
async::Task<> pass(TunnelEnd& from, TunnelEnd& to, Duration idle, Activity& activity, std::uint64_t& count) {
  const async::Context here = co_await async::CurrentContext();
  while (!activity.failed) {
    const async::Deadline deadline = async::Deadline::at(activity.last + idle);
    const Result<std::string_view> bytes = co_await from.receive(deadline);
    if (!bytes && bytes.error().code == Errc::timeout && activity.last + idle > here.loop->now()) continue;
    if (!bytes) break;
    const async::Deadline patience = here.loop->in(idle);
    if (bytes->empty()) {
      const Result<> ended = co_await to.end_sending(patience);
      if (ended) co_return;
      break;
    }
    activity.last = here.loop->now();
    const Result<> sent = co_await to.send(*bytes, patience);
    if (!sent) break;
    count += bytes->size();
  }
  activity.failed = true;
}

async::Task<> pass_and_end(TunnelEnd& from, TunnelEnd& to, Duration idle, Activity& activity, std::uint64_t& count,
                           async::TaskGroup& both) {
  co_await pass(from, to, idle, activity, count);
  // A broken direction takes the other one with it; an orderly end leaves it some time.
  const async::Context here = co_await async::CurrentContext();
  activity.last = here.loop->now();
  ++activity.ended;
  while (!activity.failed && activity.ended < 2) {
    const TimePoint until = activity.last + std::min(idle, kHalfOpen);
    if (until <= here.loop->now()) break;
    const async::Outcome outcome = co_await async::SleepUntil(async::Deadline::at(until));
    if (outcome == async::Outcome::canceled) co_return;
  }
  both.cancel();
}

}  // namespace

async::Soon<Result<std::string_view>> ConnectionEnd::receive(async::Deadline deadline) {
  input_.consume(given_);
  given_ = 0;
  if (input_.empty()) {
    const Result<std::size_t> filled = co_await input_.fill(deadline);
    if (!filled) co_return fail(filled.error());
    if (*filled == 0) co_return std::string_view();
  }
  given_ = input_.bytes().size();
  co_return input_.bytes();
}

async::Soon<Result<>> ConnectionEnd::send(std::string_view bytes, async::Deadline deadline) {
  const Result<> written = co_await stream_.write_all(bytes, deadline);
  if (!written) co_return written;
  co_return co_await stream_.flush(deadline);
}

async::Soon<Result<>> ConnectionEnd::end_sending(async::Deadline) {
  stream_.shut_write();
  co_return Result<>();
}

async::Task<TunnelCount> run_tunnel(TunnelEnd& client, TunnelEnd& upstream, Duration idle) {
  const async::Context here = co_await async::CurrentContext();
  TunnelCount count;
  Activity activity;
  activity.last = here.loop->now();
  async::TaskGroup both(here);
  both.spawn(pass_and_end(client, upstream, idle, activity, count.from_client, both));
  both.spawn(pass_and_end(upstream, client, idle, activity, count.to_client, both));
  // Each direction has its own deadline.
  co_await both.join(async::Deadline::never());
  co_return count;
}

}  // namespace sallyport::wire
