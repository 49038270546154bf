#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.hpp"

namespace sallyport::http {

// What a peer may do of something that costs us and brings it nothing: `burst` at once, `per_second` in the long run,
// and as much more as it earns by useful work. Pure; the time is a parameter.
class Allowance {
 public:
  Allowance(std::uint32_t burst, std::uint32_t per_second) : burst_(burst), per_second_(per_second), left_(burst) {}

  // One more; false if that is more than allowed.
  bool spend(TimePoint now) {
    if (now > last_) {
      const double seconds = last_ == TimePoint() ? 0 : std::chrono::duration<double>(now - last_).count();
      left_ = std::min<double>(burst_, left_ + seconds * per_second_);
      last_ = now;
    }
    left_ -= 1;
    return left_ >= 0;
  }
  // Never above the burst.
  void earn(double amount) { left_ = std::min<double>(burst_, left_ + amount); }

 private:
  double burst_;
  double per_second_;
  double left_;
  TimePoint last_{};
};

}  // namespace sallyport::http
