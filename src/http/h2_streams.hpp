#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "http/h2_error.hpp"

namespace sallyport::http {

// Something for each stream of a connection: few at a time, whose numbers grow. `Pointer` is one, owning or not.
template <class Pointer>
class H2Streams {
 public:
  using Item = std::pair<StreamId, Pointer>;

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

  // Null if there is nothing.
  auto find(StreamId id) const -> decltype(&*std::declval<const Pointer&>()) {
    const auto at = place_of(id);
    return at != items_.end() && at->first == id ? &*at->second : nullptr;
  }
  // Of a stream that has nothing yet.
  void insert(StreamId id, Pointer pointer) { items_.emplace(place_of(id), id, std::move(pointer)); }
  // Null if there was nothing.
  Pointer take_out(StreamId id) {
    const auto at = items_.begin() + (place_of(id) - items_.begin());
    if (at == items_.end() || at->first != id) return nullptr;
    Pointer pointer = std::move(at->second);
    items_.erase(at);
    return pointer;
  }
  void erase(StreamId id) { take_out(id); }
  // Keeps no memory for streams to come.
  void rest() { items_.shrink_to_fit(); }

 private:
  typename std::vector<Item>::const_iterator place_of(StreamId id) const {
    // The newest is the one that most is said of.
    if (items_.empty() || items_.back().first < id) return items_.end();
    if (items_.back().first == id) return items_.end() - 1;
    return std::lower_bound(items_.begin(), items_.end(), id, [](const Item& item, StreamId i) { return item.first < i; });
  }

  std::vector<Item> items_;
};

}  // namespace sallyport::http
