#pragma once

#include "async/list.hpp"
#include "base/result.hpp"

namespace sallyport::async {

// Ends the waits of the tasks that run under it: each leaf awaitable returns Outcome::canceled, and the code unwinds
// by co_return. Loop-local, not thread-safe. A source with a parent is canceled with it. Must outlive the tasks that
// run under it.
class CancelSource : private ListNode {
 public:
  explicit CancelSource(CancelSource* parent = nullptr);
  ~CancelSource() = default;

  // Every wait under way ends, and every later one ends at once. May be called again; only the first counts.
  void request();
  bool requested() const { return requested_; }

 private:
  friend class Wait;
  bool requested_ = false;
  ListNode waits_;
  ListNode children_;
};

}  // namespace sallyport::async
