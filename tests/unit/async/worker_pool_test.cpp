#include "async/worker_pool.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

#include "async/task_group.hpp"

using namespace sallyport;
using namespace sallyport::async;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  SteadyClock clock;
  EventLoop loop{clock};
  TaskGroup group{Context{&loop, nullptr}};

  void run_until_idle() {
    while (group.size() > 0) loop.turn(true);
  }
};

template <class Job, class T>
Task<> run_on(WorkerPool& pool, Job job, Deadline deadline, Result<T>& out) {
  out = co_await pool.run(std::move(job), deadline);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(async_worker_pool, Fixture)

BOOST_AUTO_TEST_CASE(a_job_runs_elsewhere_and_its_result_comes_home) {
  WorkerPool pool(1, 10);
  Result<bool> elsewhere = false;
  const auto home = std::this_thread::get_id();
  const auto job = [home] { return std::this_thread::get_id() != home; };
  group.spawn(run_on(pool, job, loop.in(10s), elsewhere));
  run_until_idle();
  BOOST_TEST(elsewhere.value());
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_at_once) {
  std::promise<void> gate;
  std::shared_future<void> open = gate.get_future().share();
  Result<int> first = 0, second = 0, third = 0;
  WorkerPool pool(1, 1);
  std::promise<void> started;
  const auto block = [open, &started] {
    started.set_value();
    open.wait();
    return 1;
  };
  const auto job = [] { return 2; };
  group.spawn(run_on(pool, block, loop.in(10s), first));
  started.get_future().wait();
  group.spawn(run_on(pool, job, loop.in(10s), second));
  group.spawn(run_on(pool, job, loop.in(10s), third));
  BOOST_TEST((third.error().code == Errc::unavailable));
  gate.set_value();
  run_until_idle();
  BOOST_TEST(first.value() == 1);
  BOOST_TEST(second.value() == 2);
}

BOOST_AUTO_TEST_CASE(work_that_nobody_waits_for_is_done_and_counts_for_the_queue) {
  std::promise<void> gate, started, done;
  WorkerPool pool(1, 1);
  BOOST_TEST(pool.post([&] {
    started.set_value();
    gate.get_future().wait();
  }));
  started.get_future().wait();
  BOOST_TEST(pool.post([&] { done.set_value(); }));
  BOOST_TEST(!pool.post([] {}));
  gate.set_value();
  done.get_future().wait();
}

BOOST_AUTO_TEST_CASE(a_slow_job_is_given_up_at_the_deadline_and_harms_nobody) {
  std::promise<void> gate;
  std::shared_future<void> open = gate.get_future().share();
  Result<int> out = 0;
  {
    WorkerPool pool(1, 1);
    const auto block = [open] {
      open.wait();
      return 1;
    };
    group.spawn(run_on(pool, block, loop.in(5ms), out));
    run_until_idle();
    BOOST_TEST((out.error().code == Errc::timeout));
    gate.set_value();
  }
  loop.run_ready();
}

BOOST_AUTO_TEST_CASE(a_job_that_throws_is_an_error_not_the_end) {
  WorkerPool pool(1, 1);
  Result<int> out = 0;
  const auto job = []() -> int { throw 1; };
  group.spawn(run_on(pool, job, loop.in(10s), out));
  run_until_idle();
  BOOST_TEST((out.error().code == Errc::internal));
}

BOOST_AUTO_TEST_SUITE_END()
