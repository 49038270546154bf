// async: waiting, in straight lines. A C++20 coroutine (`Task`) suspends only in one of the leaf awaitables of this
// room (a descriptor, a deadline, a signal, a job on the worker pool) and goes on from its loop's ready queue,
// never from inside a callback of a C library. The room knows nothing of sockets' contents or of HTTP.
//
// The await rule (GCC 12 miscompiles other shapes, see docs/decisions/0001): co_await stands only in
//   auto x = co_await f(args);      co_await f(args);      co_return co_await f(args);
// and args hold no lambda, no braces, no ?:. tools/check-await holds the code to it.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "async/deadline.hpp"
#include "async/list.hpp"
#include "base/clock.hpp"

struct event;
struct event_base;

namespace sallyport::async {

// Something that the loop runs once in its next turn: a coroutine that can go on, or a piece of house-keeping.
class Ready : public ListNode {
 public:
  virtual void run() = 0;

 protected:
  ~Ready() = default;
};

// A deadline in the loop's heap. Not thread-safe; leaves the heap on destruction.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  bool armed() const { return index_ != kNotInHeap; }

 protected:
  ~Timer() = default;
  // Runs inside the loop's turn: may post, must not run coroutines.
  virtual void expired() = 0;

 private:
  friend class TimerHeap;
  friend class EventLoop;
  static constexpr std::size_t kNotInHeap = static_cast<std::size_t>(-1);
  std::size_t index_ = kNotInHeap;
  TimePoint when_{};
};

// A binary heap whose members know their place, so that any of them can leave.
class TimerHeap {
 public:
  void add(Timer& timer, TimePoint when);
  void remove(Timer& timer);
  bool empty() const { return heap_.empty(); }
  TimePoint earliest() const { return heap_.front()->when_; }
  Timer& front() const { return *heap_.front(); }

 private:
  void place(std::size_t index, Timer* timer);
  void sift_up(std::size_t index);
  void sift_down(std::size_t index);
  std::vector<Timer*> heap_;
};

// One per worker thread; wraps an event_base. Everything but post_from_any_thread() and stop() belongs to the thread
// that runs it.
class EventLoop {
 public:
  // `clock` must outlive the loop.
  explicit EventLoop(const Clock& clock);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Turns until stop().
  void run();
  // Any thread. The turn under way is finished.
  void stop();
  // One turn: polls (waiting for an event if `may_wait` and nothing is ready), expires timers, runs what is ready and
  // what that posts, up to a bound.
  void turn(bool may_wait);
  // Turns until nothing is ready any more, without waiting: for tests.
  void run_ready();

  // Constant during one turn.
  TimePoint now() const { return now_; }
  // How many turns, and so polls, there have been.
  std::uint64_t turns() const { return turns_; }
  Deadline in(Duration from_now) const { return Deadline::at(now_ + from_now); }

  void post(Ready& ready) { ready.link_before(ready_); }
  // Runs after the next poll: sockets and timers have their turn before.
  void post_for_next_turn(Ready& ready) { ready.link_before(later_); }
  // The function runs on the loop's thread in one of its next turns. After stop() it may never run.
  void post_from_any_thread(std::function<void()> job);

  void arm(Timer& timer, TimePoint when);
  void disarm(Timer& timer);

  event_base* base() const { return base_; }

 private:
  static void on_inbox(int, short, void* self);
  static void on_timer(int, short, void* self);
  void drain_inbox();
  void expire_timers();
  void run_round();
  void schedule_wakeup();

  const Clock& clock_;
  TimePoint now_;
  std::uint64_t turns_ = 0;
  event_base* base_;
  event* inbox_event_;
  event* timer_event_;
  int inbox_fd_;
  std::atomic<bool> stopped_{false};
  ListNode ready_;
  ListNode later_;
  TimerHeap timers_;
  TimePoint wakeup_ = TimePoint::max();
  std::mutex inbox_mutex_;
  std::vector<std::function<void()>> inbox_;
};

}  // namespace sallyport::async
