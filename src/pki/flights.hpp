#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "async/worker_pool.hpp"

namespace sallyport::pki {

// Something that has to be fetched. `work` blocks; whoever made it knows where to look for what it has found.
struct Inquiry {
  std::string key;
  std::function<void()> work;
};

// One at a time: work that several want done at once is done once, and all of them wait for it, each on its own loop.
// Thread-safe. The pool must be destroyed before those loops and after the last call.
class Flights : public std::enable_shared_from_this<Flights> {
 public:
  explicit Flights(async::WorkerPool& pool) : pool_(pool) {}

  // Waits until the work under each of these keys has ended, which begins now unless it is under way. The work goes on
  // when nobody waits any more. Errors: unavailable (the pool's queue is full), timeout, canceled; it may still have been
  // done for some.
  async::Task<Result<>> join(std::vector<Inquiry> inquiries, async::Deadline deadline);
  // The same without waiting.
  void start(Inquiry inquiry) { begin(std::move(inquiry), nullptr); }

  // What has not begun will not be done any more; those who wait are told all the same.
  void give_up() { given_up_ = true; }

 private:
  struct Waiter {
    async::EventLoop* loop = nullptr;
    async::Signal done;  // loop's thread only
    std::size_t missing = 0;  // loop's thread only
  };
  using Waiters = std::vector<std::shared_ptr<Waiter>>;

  bool begin(Inquiry inquiry, std::shared_ptr<Waiter> waiter);
  void land(const std::string& key);

  async::WorkerPool& pool_;
  std::atomic<bool> given_up_{false};
  std::mutex mutex_;
  std::map<std::string, Waiters> under_way_;
};

}  // namespace sallyport::pki
