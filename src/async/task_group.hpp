#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "async/wait.hpp"

namespace sallyport::async {

// The only way to start something and walk away. Owns its tasks: they are canceled and destroyed with it. Spawned
// tasks own their parameters. Loop-local.
class TaskGroup {
 public:
  // `on_exception` hears of exceptions (bugs, exhausted memory) that leave a task; without one they are dropped.
  using ExceptionHandler = std::function<void(std::exception_ptr)>;
  explicit TaskGroup(Context context, ExceptionHandler on_exception = {});
  // Destroys what still runs. Only from outside the group's own tasks.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Begins at once, up to its first wait.
  void spawn(Task<> task);
  std::size_t size() const { return running_count_; }
  // Every wait in the group ends with Outcome::canceled.
  void cancel() { cancel_.request(); }
  // Waits until all have ended; at the deadline cancels them and waits for that instead.
  Task<> join(Deadline grace);

 private:
  struct Entry;
  struct Reaper final : Ready {
    explicit Reaper(TaskGroup& g) : group(g) {}
    void run() override { group.reap(); }
    TaskGroup& group;
  };

  void reap();
  static void destroy_all(ListNode& list);

  EventLoop& loop_;
  CancelSource cancel_;
  ExceptionHandler on_exception_;
  ListNode running_;
  ListNode finished_;
  std::size_t running_count_ = 0;
  Reaper reaper_{*this};
  Signal empty_;
};

}  // namespace sallyport::async
