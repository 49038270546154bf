#include "async/soon.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <stdexcept>

#include "async/loop_fixture.hpp"

using namespace sallyport;
using namespace sallyport::async;
using namespace std::chrono_literals;

namespace {

using Value = std::unique_ptr<int>;  // moves, and is seen to be moved once

Task<Value> after(Duration wait, int value) {
  const Context here = co_await CurrentContext();
  const Deadline deadline = here.loop->in(wait);
  co_await SleepUntil(deadline);
  co_return std::make_unique<int>(value);
}

Soon<Value> at_once_or_later(int value) {
  if (value % 2 == 0) return std::make_unique<int>(value);
  return after(1ms, value);
}

// A coroutine that says Soon.
Soon<Value> always_later(int value) {
  Value waited = co_await after(1ms, value);
  co_return waited;
}

Task<> sum(int& out) {
  for (int i = 0; i < 4; ++i) {
    const Value value = co_await at_once_or_later(i);
    out += *value;
  }
  const Value last = co_await always_later(10);
  out += *last;
}

Soon<Value> throws_later() {
  co_await after(1ms, 0);
  throw std::runtime_error("bug");
}

Task<> catches(bool& caught) {
  try {
    co_await throws_later();
  } catch (const std::runtime_error&) {
    caught = true;
  }
}

Task<> hands_on(Soon<Value> given, int& out) {
  const Value value = co_await std::move(given);
  out = *value;
}

struct Fixture : LoopFixture {
  TaskGroup group{context()};
  void run_for_a_while() {
    loop.run_ready();
    for (int i = 0; i < 10; ++i) advance(1ms);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(async_soon, Fixture)

BOOST_AUTO_TEST_CASE(values_that_are_there_and_tasks_that_wait_are_awaited_alike) {
  int out = 0;
  group.spawn(sum(out));
  run_for_a_while();
  BOOST_TEST(out == 0 + 1 + 2 + 3 + 10);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_there_needs_no_turn_of_the_loop) {
  const Soon<Value> now = at_once_or_later(2);
  BOOST_TEST(now.is_ready());
  BOOST_TEST(*now.value() == 2);
  BOOST_TEST(!at_once_or_later(3).is_ready());
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_task_reaches_who_awaits_it) {
  bool caught = false;
  group.spawn(catches(caught));
  run_for_a_while();
  BOOST_TEST(caught);
}

BOOST_AUTO_TEST_CASE(it_can_be_handed_on_before_it_is_awaited) {
  for (const int value : {4, 5}) {
    int out = 0;
    group.spawn(hands_on(at_once_or_later(value), out));
    run_for_a_while();
    BOOST_TEST(out == value);
  }
}

BOOST_AUTO_TEST_SUITE_END()
