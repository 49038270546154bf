#include "async/task.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "async/loop_fixture.hpp"

using namespace sallyport;
using namespace sallyport::async;
using namespace std::chrono_literals;

namespace {

struct Fixture : LoopFixture {
  TaskGroup group{context()};
  std::vector<std::string> trace;
};

Task<int> immediate(int value) { co_return value; }

Task<int> after(Duration wait, int value) {
  const Context here = co_await CurrentContext();
  const Deadline deadline = here.loop->in(wait);
  const Outcome outcome = co_await SleepUntil(deadline);
  co_return outcome == Outcome::timeout ? value : -1;
}

Task<> sum(int& out) {
  const int a = co_await immediate(1);
  const int b = co_await after(5ms, 2);
  const int c = co_await after(5ms, 3);
  out = a + b + c;
}

Task<> count_down(int from, int& left) {
  for (left = from; left > 0; --left) co_await immediate(left);
}

Task<int> deep(int depth) {
  if (depth == 0) co_return co_await after(1ms, 0);
  const int below = co_await deep(depth - 1);
  co_return below + 1;
}

Task<> run_deep(int depth, int& out) { out = co_await deep(depth); }

Task<int> throws_after(Duration wait) {
  co_await after(wait, 0);
  throw std::runtime_error("bug");
}

Task<> catches(std::string& seen) {
  try {
    co_await throws_after(1ms);
  } catch (const std::runtime_error& error) {
    seen = error.what();
  }
}

Task<> lets_it_pass() { co_await throws_after(1ms); }

Task<> wait_for(Signal& signal, Deadline deadline, std::vector<Outcome>& seen) {
  const Outcome outcome = co_await signal.wait(deadline);
  seen.push_back(outcome);
}

Task<> say_after_a_turn(std::vector<std::string>& trace, std::string text) {
  co_await NextTurn();
  trace.push_back(std::move(text));
}

Task<> wait_for_child(std::vector<std::string>& trace) {
  co_await say_after_a_turn(trace, "child");
  trace.emplace_back("parent");
}

// How deep the stack is behind each of many children that have waited.
Task<> note_depths(int children, std::vector<std::uintptr_t>& depths) {
  std::vector<std::string> trace;
  for (int i = 0; i < children; ++i) {
    co_await say_after_a_turn(trace, "");
    depths.push_back(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)));
  }
}

Task<> wait_for(Signal& signal, std::vector<std::string>& trace) {
  co_await signal.wait(Deadline::never());
  trace.emplace_back("woken");
}

struct OnDestruction {
  explicit OnDestruction(bool& d) : destroyed(d) {}
  bool& destroyed;
  ~OnDestruction() { destroyed = true; }
};

Task<> hold(bool& destroyed) {
  const OnDestruction guard(destroyed);
  co_await SleepUntil(Deadline::never());  // ended by the group
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(async_task, Fixture)

BOOST_AUTO_TEST_CASE(results_come_back_in_order_over_waits) {
  int out = 0;
  group.spawn(sum(out));
  loop.run_ready();
  BOOST_TEST(out == 0);
  advance(5ms);
  BOOST_TEST(out == 0);
  advance(5ms);
  BOOST_TEST(out == 6);
  BOOST_TEST(group.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_million_ready_children_do_not_deepen_the_stack) {
  int left = -1;
  group.spawn(count_down(1'000'000, left));
  loop.run_ready();
  BOOST_TEST(left == 0);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_children_that_waited_do_not_deepen_it_either) {
  std::vector<std::uintptr_t> depths;
  group.spawn(note_depths(100'000, depths));
  loop.run_ready();
  BOOST_REQUIRE(depths.size() == 100'000u);
  BOOST_TEST(depths.front() == depths.back());
}

BOOST_AUTO_TEST_CASE(a_parent_goes_on_at_once_when_its_child_has_ended) {
  group.spawn(wait_for_child(trace));
  group.spawn(say_after_a_turn(trace, "another"));
  loop.run_ready();
  BOOST_TEST((trace == std::vector<std::string>{"child", "parent", "another"}));
}

// Who wakes others would otherwise have their tasks, and those whom they wake, on top of its stack.
BOOST_AUTO_TEST_CASE(who_is_woken_goes_on_by_the_loop) {
  Signal signal;
  group.spawn(wait_for(signal, trace));
  loop.run_ready();
  signal.wake_all();
  BOOST_TEST(trace.empty());
  loop.run_ready();
  BOOST_TEST((trace == std::vector<std::string>{"woken"}));
}

BOOST_AUTO_TEST_CASE(a_deep_chain_comes_back) {
  int out = 0;
  group.spawn(run_deep(2000, out));
  advance(1ms);
  BOOST_TEST(out == 2000);
}

BOOST_AUTO_TEST_CASE(exceptions_travel_to_whoever_awaits) {
  std::string seen;
  group.spawn(catches(seen));
  advance(1ms);
  BOOST_TEST(seen == "bug");
}

BOOST_AUTO_TEST_CASE(an_exception_that_leaves_a_spawned_task_is_reported) {
  int reported = 0;
  TaskGroup watched(context(), [&](const std::exception_ptr&) { ++reported; });
  watched.spawn(lets_it_pass());
  advance(1ms);
  BOOST_TEST(reported == 1);
  BOOST_TEST(watched.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_signal_wakes_one_or_all) {
  Signal signal;
  std::vector<Outcome> seen;
  for (int i = 0; i < 3; ++i) group.spawn(wait_for(signal, Deadline::never(), seen));
  signal.wake_one();
  loop.run_ready();
  BOOST_TEST(seen.size() == 1u);
  signal.wake_all();
  loop.run_ready();
  BOOST_TEST(seen.size() == 3u);
  BOOST_TEST((seen[2] == Outcome::ready));
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_a_wait_and_a_past_one_never_begins_it) {
  Signal signal;
  std::vector<Outcome> seen;
  group.spawn(wait_for(signal, loop.in(10ms), seen));
  advance(9ms);
  BOOST_TEST(seen.empty());
  advance(1ms);
  BOOST_TEST(seen.size() == 1u);
  BOOST_TEST((seen[0] == Outcome::timeout));
  BOOST_TEST(!signal.has_waiters());
  group.spawn(wait_for(signal, Deadline::at(loop.now()), seen));
  BOOST_TEST(seen.size() == 2u);
  BOOST_TEST(!signal.has_waiters());
}

BOOST_AUTO_TEST_CASE(cancelling_ends_waits_under_way_and_those_to_come) {
  Signal signal;
  std::vector<Outcome> seen;
  group.spawn(wait_for(signal, Deadline::never(), seen));
  group.cancel();
  loop.run_ready();
  BOOST_TEST((seen.at(0) == Outcome::canceled));
  group.spawn(wait_for(signal, Deadline::never(), seen));
  BOOST_TEST((seen.at(1) == Outcome::canceled));
}

BOOST_AUTO_TEST_CASE(a_child_source_is_canceled_with_its_parent) {
  CancelSource parent;
  CancelSource child(&parent);
  parent.request();
  BOOST_TEST(child.requested());
  CancelSource late(&parent);
  BOOST_TEST(late.requested());
}

BOOST_AUTO_TEST_CASE(destroying_a_group_destroys_suspended_frames) {
  bool destroyed = false;
  {
    TaskGroup short_lived(context());
    short_lived.spawn(hold(destroyed));
    BOOST_TEST(!destroyed);
  }
  BOOST_TEST(destroyed);
}

BOOST_AUTO_TEST_CASE(timers_expire_in_order_whatever_the_order_of_arming) {
  std::vector<int> order;
  struct Record {
    static Task<> run(Duration wait, int id, std::vector<int>& order) {
      co_await after(wait, 0);
      order.push_back(id);
    }
  };
  const int waits[] = {7, 3, 9, 1, 8, 2, 6, 4, 5, 0};
  for (const int wait : waits) group.spawn(Record::run(wait * 1ms + 1ms, wait, order));
  for (int i = 0; i < 12; ++i) advance(1ms);
  BOOST_TEST(order == (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(join_waits_for_its_tasks_and_cancels_at_the_deadline) {
  struct Joiner {
    static Task<> run(TaskGroup& inner, Deadline grace, bool& joined) {
      co_await inner.join(grace);
      joined = true;
    }
  };
  Signal signal;
  std::vector<Outcome> seen;
  TaskGroup inner(context());
  inner.spawn(wait_for(signal, Deadline::never(), seen));
  bool joined = false;
  group.spawn(Joiner::run(inner, loop.in(50ms), joined));
  advance(49ms);
  BOOST_TEST(!joined);
  advance(1ms);
  BOOST_TEST(joined);
  BOOST_TEST((seen.at(0) == Outcome::canceled));
}

BOOST_AUTO_TEST_SUITE_END()
