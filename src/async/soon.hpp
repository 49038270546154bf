#pragma once

#include <coroutine>
#include <utility>
#include <variant>

#include "async/task.hpp"

namespace sallyport::async {

// What a function returns that usually need not wait: its value, or the task that waits for it. It is awaited as a task
// is, once; a value that is there costs no frame. A function may also be a coroutine that returns a Soon, as if it
// returned the task.
template <class T>
class [[nodiscard]] Soon {
 public:
  using promise_type = typename Task<T>::Promise;

  // Implicit: `return value;` and `return task();` are the two ways to make one.
  Soon(T value) : either_(std::in_place_index<0>, std::move(value)) {}
  Soon(Task<T> task) : either_(std::in_place_index<1>, std::move(task)) {}

  bool is_ready() const noexcept { return either_.index() == 0; }
  // Only if is_ready().
  const T& value() const { return std::get<0>(either_); }

  bool await_ready() const noexcept { return is_ready(); }
  template <class Parent>
  bool await_suspend(std::coroutine_handle<Parent> parent) {
    return std::get<1>(either_).await_suspend(parent);
  }
  T await_resume() { return is_ready() ? std::move(std::get<0>(either_)) : std::get<1>(either_).await_resume(); }

 private:
  std::variant<T, Task<T>> either_;
};

}  // namespace sallyport::async
