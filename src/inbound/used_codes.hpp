#pragma once

#include <cstdint>
#include <string>

#include "async/deadline.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace sallyport::inbound {

// Keeps what TotpMemory knows of used codes beyond the end of the process. Thread-safe.
class UsedCodes {
 public:
  virtual ~UsedCodes() = default;
  // Returns when it is kept. Errors: those of a file, or unavailable and timeout.
  virtual async::Task<Result<>> add(std::string folded_user, std::uint64_t step, async::Deadline deadline) = 0;
};

}  // namespace sallyport::inbound
