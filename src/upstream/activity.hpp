#pragma once

#include <atomic>
#include <cstdint>

namespace sallyport::upstream {

// The requests of one server, counted by all workers and read by administrators: figures, nothing is decided by them.
// On a cache line of its own.
struct alignas(64) Activity {
  std::atomic<std::uint64_t> current{0};
  std::atomic<std::uint64_t> total{0};

  void begin() {
    current.fetch_add(1, std::memory_order_relaxed);
    total.fetch_add(1, std::memory_order_relaxed);
  }
  void end() { current.fetch_sub(1, std::memory_order_relaxed); }
  // A request that the server cannot have heard of.
  void forget_one() { total.fetch_sub(1, std::memory_order_relaxed); }
};

}  // namespace sallyport::upstream
