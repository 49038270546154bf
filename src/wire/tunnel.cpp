#include "wire/tunnel.hpp"

#include "async/task_group.hpp"

namespace sallyport::wire {
namespace {

struct Activity {
  TimePoint last;
  bool failed = false;
};

// Ends when `from` ends; a wait that times out while the other direction is alive goes on waiting.
async::Task<> pass(Input& from, net::Stream& to, Duration idle, Activity& activity, std::uint64_t& count) {
  const async::Context here = co_await async::CurrentContext();
  while (!activity.failed) {
    if (from.empty()) {
      const async::Deadline deadline = async::Deadline::at(activity.last + idle);
      const Result<std::size_t> filled = co_await from.fill(deadline);
      if (!filled && filled.error().code == Errc::timeout && activity.last + idle > here.loop->now()) continue;
      if (!filled) break;
      if (*filled == 0) {
        to.shut_write();
        co_return;
      }
    }
    activity.last = here.loop->now();
    const async::Deadline deadline = here.loop->in(idle);
    const Result<> written = co_await to.write_all(from.bytes(), deadline);
    if (!written) break;
    const Result<> flushed = co_await to.flush(deadline);
    if (!flushed) break;
    count += from.bytes().size();
    from.consume(from.bytes().size());
  }
  activity.failed = true;
}

async::Task<> pass_and_end(Input& from, net::Stream& to, Duration idle, Activity& activity, std::uint64_t& count,
                           async::TaskGroup& both) {
  co_await pass(from, to, idle, activity, count);
  // A broken direction takes the other one with it; an orderly end leaves it alone.
  if (activity.failed) both.cancel();
}

}  // namespace

async::Task<TunnelCount> run_tunnel(TunnelEnd client, TunnelEnd upstream, Duration idle) {
  const async::Context here = co_await async::CurrentContext();
  TunnelCount count;
  Activity activity;
  activity.last = here.loop->now();
  async::TaskGroup both(here);
  both.spawn(pass_and_end(*client.input, *upstream.stream, idle, activity, count.from_client, both));
  both.spawn(pass_and_end(*upstream.input, *client.stream, idle, activity, count.to_client, both));
  // Each direction has its own deadline.
  co_await both.join(async::Deadline::never());
  co_return count;
}

}  // namespace sallyport::wire
