#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "async/cancel.hpp"
#include "async/event_loop.hpp"

namespace sallyport::async {

// What a task inherits from the one that awaits it.
struct Context {
  EventLoop* loop = nullptr;
  CancelSource* cancel = nullptr;  // may be null: nobody will cancel
};

// Told when a task that nobody awaits has ended; see TaskGroup.
class Completion {
 public:
  virtual void completed() = 0;

 protected:
  ~Completion() = default;
};

namespace detail {
// Frames come and go with each call: kept in free lists per thread and size class.
void* allocate_frame(std::size_t bytes);
void release_frame(void* frame, std::size_t bytes) noexcept;
}  // namespace detail

// The part of every coroutine's promise that does not depend on its result.
class PromiseBase : public Ready {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }
  void run() override { handle_.resume(); }

  const Context& context() const { return context_; }

  static void* operator new(std::size_t bytes) { return detail::allocate_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { detail::release_frame(frame, bytes); }

 protected:
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    // Resumes the parent at once, behind the end of this frame, which it may destroy. What a wait ends is posted to the
    // loop (see Wait), so that the stack is never deeper than tasks await each other.
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      if (promise.parent_ != nullptr) {
        promise.parent_->handle_.resume();
      } else if (promise.completion_ != nullptr) {
        promise.completion_->completed();
      }
    }
    void await_resume() noexcept {}
  };

 public:
  FinalAwaiter final_suspend() noexcept { return {}; }

 protected:
  ~PromiseBase() = default;
  template <class>
  friend class Task;
  friend class TaskGroup;

  std::coroutine_handle<> handle_;
  PromiseBase* parent_ = nullptr;
  Completion* completion_ = nullptr;
  Context context_;
  std::exception_ptr exception_;
};

// A coroutine that waits: lazy (runs when first awaited), move-only, awaited once. The owner of the Task destroys the
// frame. A child that is done without suspending costs no trip through the loop.
template <class T = void>
class [[nodiscard]] Task {
 public:
  class Promise;
  using promise_type = Promise;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  template <class Parent>
  bool await_suspend(std::coroutine_handle<Parent> parent) {
    Promise& child = handle_.promise();
    child.context_ = parent.promise().context();
    handle_.resume();
    if (handle_.done()) return false;
    child.parent_ = &parent.promise();
    return true;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend class TaskGroup;
  explicit Task(std::coroutine_handle<Promise> handle) : handle_(handle) {}
  std::coroutine_handle<Promise> handle_;
};

template <class T>
class Task<T>::Promise final : public PromiseBase {
 public:
  Promise() { handle_ = std::coroutine_handle<Promise>::from_promise(*this); }
  Task get_return_object() { return Task(std::coroutine_handle<Promise>::from_promise(*this)); }
  template <class U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    if (exception_) std::rethrow_exception(exception_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class Task<void>::Promise final : public PromiseBase {
 public:
  Promise() { handle_ = std::coroutine_handle<Promise>::from_promise(*this); }
  Task get_return_object() { return Task(std::coroutine_handle<Promise>::from_promise(*this)); }
  void return_void() {}
  void take() {
    if (exception_) std::rethrow_exception(exception_);
  }
};

// `const Context here = co_await CurrentContext();` never suspends.
class CurrentContext {
 public:
  CurrentContext() = default;
  bool await_ready() const noexcept { return false; }
  template <class Parent>
  bool await_suspend(std::coroutine_handle<Parent> parent) {
    context_ = parent.promise().context();
    return false;
  }
  Context await_resume() const { return context_; }

 private:
  Context context_;
};

// `co_await NextTurn();` lets everybody else go on, what the next poll finds included: for a task that always finds
// something to do. Is not cut short by cancellation.
class NextTurn {
 public:
  bool await_ready() const noexcept { return false; }
  template <class Parent>
  void await_suspend(std::coroutine_handle<Parent> parent) {
    PromiseBase& task = parent.promise();
    task.context().loop->post_for_next_turn(task);
  }
  void await_resume() const noexcept {}
};

}  // namespace sallyport::async
