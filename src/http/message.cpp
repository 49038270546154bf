#include "http/message.hpp"

#include "base/text.hpp"

namespace sallyport::http {

void Headers::add(std::string_view name, std::string_view value) {
  entries_.push_back(Entry{static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(name.size()),
                           static_cast<std::uint32_t>(value.size())});
  bytes_ += name;
  bytes_ += value;
}

void Headers::set(std::string_view name, std::string_view value) {
  // Both may point into bytes_, which add() may move.
  const std::string name_copy(name);
  const std::string value_copy(value);
  remove(name_copy);
  add(name_copy, value_copy);
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

Field Headers::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const std::string_view all(bytes_);
  return Field{all.substr(entry.offset, entry.name_length),
               all.substr(entry.offset + entry.name_length, entry.value_length)};
}

Headers::Iterator Headers::begin() const {
  return Iterator(this, 0);
}
Headers::Iterator Headers::end() const {
  return Iterator(this, entries_.size());
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
