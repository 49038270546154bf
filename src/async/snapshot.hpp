#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace sallyport::async {

// One immutable object that everybody reads and somebody replaces. Readers keep a SnapshotReader each, which takes
// the lock only when the generation has moved. (Not std::atomic<std::shared_ptr>: GCC 12's takes a lock each time.)
template <class T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> first) : current_(std::move(first)) {}

  void publish(std::shared_ptr<const T> next) {
    const std::lock_guard lock(mutex_);
    current_ = std::move(next);
    generation_.fetch_add(1, std::memory_order_release);
  }
  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> current_;
  std::atomic<std::uint64_t> generation_{1};
};

// One thread's view of a Published<T>. A request pins what current() gives for its whole life by copying the pointer. The
// count of those copies is the reader's own: threads that count in one place wait for each other's cache lines.
template <class T>
class SnapshotReader {
 public:
  explicit SnapshotReader(const Published<T>& published) : published_(published) {}
  const std::shared_ptr<const T>& current() {
    const std::uint64_t generation = published_.generation();
    if (generation != seen_) {
      const auto held = std::make_shared<const std::shared_ptr<const T>>(published_.get());
      cached_ = std::shared_ptr<const T>(held, held->get());
      seen_ = generation;
    }
    return cached_;
  }

 private:
  const Published<T>& published_;
  std::shared_ptr<const T> cached_;
  std::uint64_t seen_ = 0;
};

}  // namespace sallyport::async
