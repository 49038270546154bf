#pragma once

#include <algorithm>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace sallyport::pki {

// What was fetched, by its source: kept until it has to be asked for again, the least recently used given up first.
// Keeps in mind for a while, too, that a source did not answer. Thread-safe. T is cheap to copy and has
// `WallTime this_update_of(const T&)`.
template <class T>
class EvidenceCache {
 public:
  struct Found {
    std::optional<T> value;  // perhaps too old to be worth anything: the caller judges that
    std::string failure;     // why the last fetch failed; empty if it did not
    bool must_ask = false;   // before the value is used
    bool should_ask = false;  // soon, in the background
  };

  // At least one entry.
  void set_capacity(std::size_t entries) {
    const std::lock_guard lock(mutex_);
    capacity_ = entries > 0 ? entries : 1;
    shrink();
  }

  Found find(const std::string& key, WallTime now) {
    const std::lock_guard lock(mutex_);
    Found found;
    const auto place = entries_.find(key);
    if (place == entries_.end()) {
      found.must_ask = true;
      return found;
    }
    Entry& entry = place->second;
    order_.splice(order_.begin(), order_, entry.place);
    found.value = entry.value;
    found.failure = entry.failure;
    if (now < entry.retry_at) return found;
    found.must_ask = !entry.value || now >= entry.due;
    found.should_ask = !found.must_ask && now >= entry.due_soon;
    return found;
  }

  // To be asked for again after `lifetime`, or when it ends, if that is sooner; in the background after four fifths of
  // that. What is older than what is there already is not taken: somebody on the way may keep old lists alive.
  void put(const std::string& key, const T& value, WallTime now, Duration lifetime, WallTime ends) {
    const std::lock_guard lock(mutex_);
    Entry& entry = at(key);
    if (!entry.value || this_update_of(value) >= this_update_of(*entry.value)) entry.value = value;
    const auto left = std::max(WallTime::duration::zero(),
                               std::min(std::chrono::duration_cast<WallTime::duration>(lifetime), ends - now));
    entry.due = now + left;
    entry.due_soon = now + left * 4 / 5;
    entry.failure.clear();
    entry.retry_at = WallTime::min();
  }

  // Not asked again for so long; a value that is there stays.
  void put_failure(const std::string& key, std::string why, WallTime now, Duration pause) {
    const std::lock_guard lock(mutex_);
    Entry& entry = at(key);
    entry.failure = std::move(why);
    entry.retry_at = now + std::chrono::duration_cast<WallTime::duration>(pause);
  }

  // Sources that did not answer may be asked again.
  void forget_failures() {
    const std::lock_guard lock(mutex_);
    for (auto& [key, entry] : entries_) entry.retry_at = WallTime::min();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  using Order = std::list<std::string>;
  struct Entry {
    std::optional<T> value;
    std::string failure;
    WallTime due = WallTime::min();
    WallTime due_soon = WallTime::min();
    WallTime retry_at = WallTime::min();
    Order::iterator place;
  };

  Entry& at(const std::string& key) {
    const auto [place, is_new] = entries_.try_emplace(key);
    if (is_new) {
      order_.push_front(key);
      place->second.place = order_.begin();
      shrink();
    }
    return place->second;
  }

  void shrink() {
    while (entries_.size() > capacity_) {
      entries_.erase(order_.back());
      order_.pop_back();
    }
  }

  mutable std::mutex mutex_;
  std::size_t capacity_ = 100;
  std::map<std::string, Entry> entries_;
  Order order_;  // the most recently used first
};

}  // namespace sallyport::pki
