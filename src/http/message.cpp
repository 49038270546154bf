#include "http/message.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace sallyport::http {

// Both may point into bytes_: what makes room keeps the old bytes until the new ones are complete.
void Headers::add(std::string_view name, std::string_view value) {
  const std::size_t offset = bytes_.size();
  const std::size_t size = offset + name.size() + value.size();
  if (size > bytes_.capacity()) {
    std::string larger;
    larger.reserve(std::max(size, 2 * bytes_.capacity()));
    larger.append(bytes_).append(name).append(value);
    bytes_.swap(larger);
  } else {
    bytes_.resize(size);
    char* const at = bytes_.data() + offset;
    std::memcpy(at, name.data(), name.size());
    std::memcpy(at + name.size(), value.data(), value.size());
  }
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
