#include "http/message.hpp"

#include <algorithm>

namespace sallyport::http {
namespace {

char* write(char* at, std::string_view text) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

}  // namespace

Headers::Headers(const Headers& other)
    : room_(other.bytes_), bytes_(other.bytes_), count_(other.count_), ids_(other.ids_) {
  if (count_ == 0) {
    room_ = bytes_ = 0;
    return;
  }
  room_ += count_ * sizeof(Entry);
  block_ = std::make_unique_for_overwrite<char[]>(room_);
  std::memcpy(block_.get(), other.block_.get(), bytes_);
  std::memcpy(place_of(count_ - 1), other.place_of(count_ - 1), count_ * sizeof(Entry));
}

Headers& Headers::operator=(Headers other) noexcept {
  block_.swap(other.block_);
  std::swap(room_, other.room_);
  std::swap(bytes_, other.bytes_);
  std::swap(count_, other.count_);
  std::swap(ids_, other.ids_);
  return *this;
}

std::unique_ptr<char[]> Headers::grow(std::size_t room) {
  auto old = std::exchange(block_, std::make_unique_for_overwrite<char[]>(room));
  const char* const old_end = old.get() + std::exchange(room_, room);
  if (bytes_ > 0) std::memcpy(block_.get(), old.get(), bytes_);
  const std::size_t entries = count_ * sizeof(Entry);
  if (entries > 0) std::memcpy(block_.get() + room_ - entries, old_end - entries, entries);
  return old;
}

void Headers::add(const Field& field) {
  const Line line{static_cast<std::uint32_t>(field.name.size()), static_cast<std::uint32_t>(field.value.size()),
                  field.id};
  const std::size_t size = line.size();
  const std::size_t needed = bytes_ + size + (count_ + 1) * sizeof(Entry);
  // The old ones live until the new one is complete: it may be made of them.
  std::unique_ptr<char[]> old;
  if (needed > room_) old = grow(std::max(needed, 2 * room_));
  char* at = block_.get() + bytes_;
  if (field.joined) {
    at = write(at, {field.name.data(), size - kLineEnd.size()});
  } else {
    at = write(write(write(at, field.name), kColon), field.value);
  }
  write(at, kLineEnd);
  put_next(line, field.judged);
}

void Headers::add_lines(std::string_view text, std::span<const Line> lines) {
  const std::size_t needed = bytes_ + text.size() + (count_ + lines.size()) * sizeof(Entry);
  if (needed > room_) grow(std::max(needed, 2 * room_));
  write(block_.get() + bytes_, text);
  for (const Line& line : lines) put_next(line, true);
}

void Headers::append_lines(std::string& out) const {
  // Lines that follow each other here follow each other there.
  for (std::size_t i = 0; i < count_;) {
    const std::size_t from = entry_at(i).offset;
    std::size_t to = from;
    for (; i < count_ && entry_at(i).offset == to; ++i) to += entry_at(i).size();
    out.append(block_.get() + from, to - from);
  }
}

void Headers::set(FieldName name, std::string_view value) {
  remove(name);
  add(name, value);
}

std::size_t Headers::remove(FieldName name) {
  if (!ids_.has(name.id())) return 0;
  return remove_if([name](const Field& field) { return field.is(name); });
}

std::optional<std::string_view> Headers::find(FieldName name) const {
  for (const std::string_view value : values(name)) return value;
  return std::nullopt;
}

std::size_t Headers::count(FieldName name) const {
  std::size_t found = 0;
  for ([[maybe_unused]] const std::string_view value : values(name)) ++found;
  return found;
}

void Headers::clear() {
  bytes_ = count_ = 0;
  ids_.clear();
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  const std::size_t needed = bytes_ + bytes + (count_ + fields) * sizeof(Entry);
  if (needed > room_) grow(needed);
}

}  // namespace sallyport::http
