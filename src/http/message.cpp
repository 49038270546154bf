#include "http/message.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace sallyport::http {

Headers::Bytes::Bytes(const Bytes& other) : size_(other.size_), room_(other.size_) {
  if (size_ == 0) return;
  at_ = std::make_unique_for_overwrite<char[]>(room_);
  std::memcpy(at_.get(), other.at_.get(), size_);
}

void Headers::Bytes::reserve(std::size_t room) {
  if (room <= room_) return;
  auto larger = std::make_unique_for_overwrite<char[]>(room);
  if (size_ > 0) std::memcpy(larger.get(), at_.get(), size_);
  at_.swap(larger);
  room_ = room;
}

void Headers::Bytes::append(std::string_view first, std::string_view second) {
  const std::size_t size = size_ + first.size() + second.size();
  std::unique_ptr<char[]> old;
  if (size > room_) {
    // Kept until the new ones are complete.
    const std::size_t room = std::max(size, 2 * room_);
    old = std::exchange(at_, std::make_unique_for_overwrite<char[]>(room));
    if (size_ > 0) std::memcpy(at_.get(), old.get(), size_);
    room_ = room;
  }
  char* const end = at_.get() + size_;
  std::memcpy(end, first.data(), first.size());
  std::memcpy(end + first.size(), second.data(), second.size());
  size_ = size;
}

void Headers::add(std::string_view name, std::string_view value) {
  const std::size_t offset = bytes_.size();
  bytes_.append(name, value);
  entries_.push_back(Entry{static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(name.size()),
                           static_cast<std::uint32_t>(value.size())});
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

std::size_t Headers::remove(std::string_view name) {
  return remove_if([name](const Field& field) { return equal_ignoring_case(field.name, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Field field = (*this)[i];
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (const Field field : *this) found += equal_ignoring_case(field.name, name) ? 1 : 0;
  return found;
}

void Headers::clear() {
  bytes_.clear();
  entries_.clear();
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  entries_.reserve(entries_.size() + fields);
  bytes_.reserve(bytes_.size() + bytes);
}

}  // namespace sallyport::http
