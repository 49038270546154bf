#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "async/wait.hpp"
#include "base/result.hpp"

namespace sallyport::async {

// Threads for what blocks or computes for long: libldap, password hashes, minting, files. Thread-safe.
// Must be destroyed before the loops that its callers run on.
class WorkerPool {
 public:
  // At most `max_queued` jobs wait for a thread; one more is refused.
  WorkerPool(std::size_t threads, std::size_t max_queued);
  // Runs the jobs that are queued to their end, then joins the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `job()` on a thread of the pool and resumes the caller on its own loop with the result. The job owns its
  // data by value: the waiter may be gone before the thread is done. Errors: unavailable (queue full), timeout
  // (the job may still run, its result is dropped), canceled.
  template <class Job>
  Task<Result<std::invoke_result_t<Job&>>> run(Job job, Deadline deadline);

  // Work that nobody waits for; it must not throw. False if the queue is full or the pool ends.
  bool post(std::function<void()> work);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  const std::size_t max_queued_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

template <class Job>
Task<Result<std::invoke_result_t<Job&>>> WorkerPool::run(Job job, Deadline deadline) {
  using Value = std::invoke_result_t<Job&>;
  struct Shared {
    explicit Shared(Job j) : job(std::move(j)) {}
    Job job;
    std::optional<Value> value;
    Signal done;       // loop's thread only
    bool ended = false;  // loop's thread only
  };
  const Context here = co_await CurrentContext();
  auto shared = std::make_shared<Shared>(std::move(job));
  EventLoop* const loop = here.loop;
  const bool accepted = post([shared, loop] {
    // An exception leaves the value empty: the waiter sees an internal error, the thread lives on.
    try {
      shared->value.emplace(shared->job());
    } catch (...) {
    }
    loop->post_from_any_thread([shared] {
      shared->ended = true;
      shared->done.wake_all();
    });
  });
  if (!accepted) co_return fail(Errc::unavailable, "too many jobs are waiting for a thread");
  while (!shared->ended) {
    const Outcome outcome = co_await shared->done.wait(deadline);
    if (outcome != Outcome::ready) co_return fail(wait_error(outcome, "a job on the worker pool"));
  }
  if (!shared->value) co_return fail(Errc::internal, "a job on the worker pool threw");
  co_return std::move(*shared->value);
}

}  // namespace sallyport::async
