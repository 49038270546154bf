#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace sallyport::async {

// An absolute instant, never a duration: budgets nest, the earlier one wins.
class Deadline {
 public:
  // For waits that something else is certain to end; say at the call who will cancel it.
  static Deadline never() { return Deadline(TimePoint::max()); }
  static Deadline at(TimePoint when) { return Deadline(when); }

  Deadline sooner(Deadline other) const { return Deadline(std::min(when_, other.when_)); }
  bool is_never() const { return when_ == TimePoint::max(); }
  TimePoint when() const { return when_; }

 private:
  explicit Deadline(TimePoint when) : when_(when) {}
  TimePoint when_;
};

}  // namespace sallyport::async
