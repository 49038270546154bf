#pragma once

#include "async/task_group.hpp"

namespace sallyport::async {

// A loop whose time stands still until advance().
struct LoopFixture {
  LoopFixture() = default;
  explicit LoopFixture(TimePoint start) : clock(start) {}

  ManualClock clock;
  EventLoop loop{clock};

  void advance(Duration by) {
    clock.advance(by);
    loop.run_ready();
  }
  Context context() { return Context{&loop, nullptr}; }
};

}  // namespace sallyport::async
