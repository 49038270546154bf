#pragma once

#include <algorithm>
#include <cstdint>

#include "async/event_loop.hpp"

namespace sallyport::wire {

// Deadlines for the pieces of a body: no longer than `stall` for one piece, and on the whole not slower than
// `bytes_per_second` (0: no such limit) once `grace` is used up (attack D2: a byte every few seconds keeps any other
// deadline alive). Only the time that is spent waiting for this peer counts.
class Pace {
 public:
  Pace(const async::EventLoop& loop, Duration stall, std::uint64_t bytes_per_second,
       Duration grace = std::chrono::seconds(10))
      : loop_(loop), stall_(stall), rate_(bytes_per_second), grace_(grace) {}

  // The deadline for a wait that begins now, after `bytes_so_far`.
  async::Deadline begin(std::uint64_t bytes_so_far) {
    began_ = loop_.now();
    if (rate_ == 0) return loop_.in(stall_);
    const Duration budget = grace_ + std::chrono::milliseconds(bytes_so_far * 1000 / rate_) - waited_;
    return loop_.in(std::min(stall_, std::max(budget, Duration::zero())));
  }
  // There is no such limit any more.
  void drop_rate() { rate_ = 0; }
  // The wait is over.
  void end() { waited_ += loop_.now() - began_; }

 private:
  const async::EventLoop& loop_;
  Duration stall_;
  std::uint64_t rate_;
  Duration grace_;
  Duration waited_{0};
  TimePoint began_{};
};

}  // namespace sallyport::wire
