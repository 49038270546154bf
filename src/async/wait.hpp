#pragma once

#include <coroutine>
#include <cstdint>

#include "async/task.hpp"

namespace sallyport::async {

// How a wait ended.
enum class Outcome : std::uint8_t { ready, timeout, canceled };

// The error for a wait that did not end well; `what` says what was waited for.
Error wait_error(Outcome outcome, std::string_view what, Side side = Side::self);

// The base of every leaf awaitable: arms a deadline, joins the task's cancel source, and posts the task when one of
// the three comes first. Its destructor leaves all lists, so a frame may die while it waits. Not copyable; lives in
// the awaiting coroutine's frame. Its list membership (of Wait itself) is for the thing that is waited for.
class Wait : public ListNode, private Timer {
 public:
  explicit Wait(Deadline deadline) : deadline_(deadline) {}
  ~Wait() { disarm(); }

  bool await_ready() const noexcept { return false; }
  template <class Parent>
  bool await_suspend(std::coroutine_handle<Parent> parent) {
    return begin(parent.promise());
  }
  Outcome await_resume() const noexcept { return outcome_; }

  // The thing has happened. At most once; loop's thread.
  void complete(Outcome outcome = Outcome::ready);

 protected:
  // Called once, when the wait begins; true if there is nothing to wait for.
  virtual bool begin_waiting() { return false; }
  // Called when the wait ends by deadline or cancellation before it was completed.
  virtual void abandon() { unlink(); }

 private:
  friend class CancelSource;
  struct CancelLink final : ListNode {
    explicit CancelLink(Wait& w) : wait(w) {}
    Wait& wait;
  };

  bool begin(PromiseBase& task);
  void disarm();
  void expired() override;

  Deadline deadline_;
  PromiseBase* task_ = nullptr;
  CancelLink cancel_link_{*this};
  Outcome outcome_ = Outcome::ready;
};

// `co_await SleepUntil(deadline)`: Outcome::timeout when the time has come.
class SleepUntil final : public Wait {
 public:
  explicit SleepUntil(Deadline deadline) : Wait(deadline) {}
};

// Wakes tasks of the same loop. A signal given while nobody waits is not kept: test the condition first, then wait.
class Signal {
 public:
  class Waiter final : public Wait {
   public:
    Waiter(Signal& signal, Deadline deadline) : Wait(deadline), signal_(signal) {}

   protected:
    bool begin_waiting() override {
      link_before(signal_.waiters_);
      return false;
    }

   private:
    Signal& signal_;
  };

  // `const Outcome o = co_await signal.wait(deadline);`
  Waiter wait(Deadline deadline) { return Waiter(*this, deadline); }
  void wake_one();
  void wake_all();
  bool has_waiters() const { return waiters_.linked(); }

 private:
  ListNode waiters_;
};

}  // namespace sallyport::async
