#include "wire/input.hpp"

#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;

namespace {

// A peer that is faster than we are.
class Endless final : public net::Stream {
 public:
  net::Attempt try_read(std::span<char> into) override { return net::Attempt::done(into.size()); }
  net::Attempt try_write(std::string_view from) override { return net::Attempt::done(from.size()); }
  async::Task<Result<>> wait_readable(async::Deadline) override { co_return Result<>(); }
  async::Task<Result<>> wait_writable(async::Deadline) override { co_return Result<>(); }
  void shut_write() override {}
  void abort() override {}
};

async::Task<> read_until_told(Input& input, const bool& told, std::size_t& fills) {
  while (!told && fills < 1'000'000) {
    co_await input.fill(async::Deadline::never());
    input.consume(input.bytes().size());
    ++fills;
  }
}

async::Task<> tell_later(bool& told, async::Deadline when) {
  co_await async::SleepUntil(when);
  told = true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_input)

BOOST_FIXTURE_TEST_CASE(a_peer_that_always_sends_leaves_timers_their_turn, async::LoopFixture) {
  Endless stream;
  Input input(stream);
  bool told = false;
  std::size_t fills = 0;
  async::TaskGroup tasks(context());
  tasks.spawn(tell_later(told, loop.in(std::chrono::seconds(1))));
  tasks.spawn(read_until_told(input, told, fills));
  loop.turn(false);
  BOOST_TEST(!told);
  const std::size_t first = fills;
  BOOST_TEST(first > 0);
  BOOST_TEST(first <= 64);
  clock.advance(std::chrono::seconds(2));
  loop.turn(false);
  loop.turn(false);
  BOOST_TEST(told);
  BOOST_TEST(fills <= 3 * first);
}

BOOST_FIXTURE_TEST_CASE(a_task_may_die_while_it_lets_others_have_their_turn, async::LoopFixture) {
  Endless stream;
  Input input(stream);
  const bool told = false;
  std::size_t fills = 0;
  {
    async::TaskGroup tasks(context());
    tasks.spawn(read_until_told(input, told, fills));
    loop.turn(false);
  }
  const std::size_t first = fills;
  loop.turn(false);
  BOOST_TEST(fills == first);
}

BOOST_AUTO_TEST_SUITE_END()
