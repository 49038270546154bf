// http: the HTTP message, independent of version, and its codecs. Bytes and values in, bytes and values out: no
// I/O, no clock, no logger, no globals, no exceptions for bad input; every limit is a parameter.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "http/field_id.hpp"

namespace sallyport::http {

// One header field as received or as to be sent. The views point into the Headers they came from and die with the
// next change to it.
struct Field {
  Field() = default;
  Field(FieldName field_name, std::string_view field_value, bool is_judged = false)
      : name(field_name.text()), value(field_value), id(field_name.id()), judged(is_judged) {}

  FieldName known_name() const { return FieldName(name, id); }
  bool is(FieldName other) const {
    return id == other.id() && (id != kOtherField || equal_ignoring_case(name, other.text()));
  }

  std::string_view name;
  std::string_view value;
  FieldId id = kOtherField;  // field_id(name)
  bool judged = false;       // a parser has found name and value as RFC 9110 section 5 has them
  bool joined = false;       // between name and value stands ": ", so that they are one piece
};

// Header fields in the order received; names keep their spelling, look-ups ignore ASCII case (RFC 9110 section 5.1).
// One block holds everything, so that a head costs one allocation however many fields it has: from its front the fields
// as lines of HTTP/1, so that those that only pass are copied as they are; where they stand, from its back.
class Headers {
 public:
  class Iterator;

  // The shape of a line "name: value" CRLF.
  struct Line {
    std::size_t size() const { return name_length + kColon.size() + value_length + kLineEnd.size(); }
    std::uint32_t name_length;
    std::uint32_t value_length;
    FieldId id;
  };

  Headers() = default;
  Headers(Headers&& other) noexcept
      : block_(std::move(other.block_)),
        room_(std::exchange(other.room_, 0)),
        bytes_(std::exchange(other.bytes_, 0)),
        count_(std::exchange(other.count_, 0)),
        ids_(std::exchange(other.ids_, {})) {}
  Headers(const Headers& other);
  Headers& operator=(Headers other) noexcept;
  ~Headers() = default;

  // Both may be views of these fields.
  void add(FieldName name, std::string_view value) { add(Field(name, value)); }
  void add(const Field& field);
  // Adds fields whose names and values a parser has judged: `text` is their lines, one after the other. No view of
  // these fields.
  void add_lines(std::string_view text, std::span<const Line> lines);
  // Replaces every field of that name by one at the end.
  void set(FieldName name, std::string_view value);
  // Removes every field of that name; how many there were.
  std::size_t remove(FieldName name);
  // Removes the fields for which `predicate(Field)` is true; how many there were.
  template <class Predicate>
  std::size_t remove_if(Predicate predicate);

  // The value of the first field of that name.
  std::optional<std::string_view> find(FieldName name) const;
  bool has(FieldName name) const { return find(name).has_value(); }
  std::size_t count(FieldName name) const;
  // The values of all fields of that name, in their order.
  class Values;
  Values values(FieldName name) const;

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Field operator[](std::size_t index) const {
    const Entry entry = entry_at(index);
    const char* const at = block_.get() + entry.offset;
    const char* const value = at + entry.name_length + kColon.size();
    Field field(FieldName({at, entry.name_length}, entry.id), {value, entry.value_length}, entry.judged);
    field.joined = true;
    return field;
  }
  Iterator begin() const;
  Iterator end() const;
  // The first field at or behind that place that no parser has judged; size() if there is none.
  std::size_t next_unjudged(std::size_t from) const {
    while (from < count_ && entry_at(from).judged) ++from;
    return from;
  }
  void clear();
  // Makes room for that many more fields whose lines have that many bytes.
  void reserve(std::size_t fields, std::size_t bytes);
  // Of all lines that were added, those of removed fields included.
  std::size_t bytes() const { return bytes_; }
  // Appends the fields as lines of HTTP/1 (RFC 9112 section 5), whatever is in them.
  void append_lines(std::string& out) const;

 private:
  static constexpr std::string_view kColon = ": ";
  static constexpr std::string_view kLineEnd = "\r\n";

  struct Entry {
    std::size_t size() const { return Line{name_length, value_length, id}.size(); }
    std::uint32_t offset;
    std::uint32_t name_length;
    std::uint32_t value_length;
    FieldId id;
    bool judged;
  };
  char* place_of(std::size_t index) const { return block_.get() + room_ - (index + 1) * sizeof(Entry); }
  Entry entry_at(std::size_t index) const {
    Entry entry;
    std::memcpy(&entry, place_of(index), sizeof entry);
    return entry;
  }
  void put(std::size_t index, const Entry& entry) { std::memcpy(place_of(index), &entry, sizeof entry); }
  // Behind the others; its line stands at the end of the bytes, or will.
  void put_next(const Line& line, bool judged) {
    put(count_++, {static_cast<std::uint32_t>(bytes_), line.name_length, line.value_length, line.id, judged});
    bytes_ += line.size();
    ids_.add(line.id);
  }
  // Has at least that size afterwards; the old block.
  std::unique_ptr<char[]> grow(std::size_t room);

  std::unique_ptr<char[]> block_;
  std::size_t room_ = 0;   // of the block
  std::size_t bytes_ = 0;  // at its front
  std::size_t count_ = 0;
  FieldIds ids_;  // of all fields, and maybe of removed ones
};

inline const Headers kNoHeaders;

class Headers::Iterator {
 public:
  using value_type = Field;
  using difference_type = std::ptrdiff_t;
  Iterator() = default;
  Iterator(const Headers* headers, std::size_t index) : headers_(headers), index_(index) {}
  Field operator*() const { return (*headers_)[index_]; }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  Iterator operator++(int) {
    Iterator before = *this;
    ++index_;
    return before;
  }
  friend bool operator==(const Iterator&, const Iterator&) = default;

 private:
  const Headers* headers_ = nullptr;
  std::size_t index_ = 0;
};

// Looks at nothing but the numbers of the others.
class Headers::Values {
 public:
  class Iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const Values* values, std::size_t index) : values_(values), index_(values->next(index)) {}
    std::string_view operator*() const { return (*values_->headers_)[index_].value; }
    Iterator& operator++() {
      index_ = values_->next(index_ + 1);
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Values* values_ = nullptr;
    std::size_t index_ = 0;
  };

  Values(const Headers& headers, FieldName name) : headers_(&headers), name_(name) {}
  Iterator begin() const { return Iterator(this, headers_->ids_.has(name_.id()) ? 0 : headers_->count_); }
  Iterator end() const { return Iterator(this, headers_->count_); }

 private:
  std::size_t next(std::size_t from) const {
    while (from < headers_->count_ && !is_one(from)) ++from;
    return from;
  }
  bool is_one(std::size_t index) const {
    return headers_->entry_at(index).id == name_.id() && (name_.id() != kOtherField || (*headers_)[index].is(name_));
  }
  const Headers* headers_;
  FieldName name_;
};

inline Headers::Values Headers::values(FieldName name) const {
  return Values(*this, name);
}
inline Headers::Iterator Headers::begin() const {
  return Iterator(this, 0);
}
inline Headers::Iterator Headers::end() const {
  return Iterator(this, count_);
}

template <class Predicate>
std::size_t Headers::remove_if(Predicate predicate) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (predicate((*this)[i])) continue;
    if (kept != i) put(kept, entry_at(i));
    ++kept;
  }
  return std::exchange(count_, kept) - kept;
}

enum class Version : std::uint8_t { http_1_0, http_1_1, http_2 };

// A request as parsed. `target` is the request-target as received (RFC 9112 section 3.2): only `canonicalize` and
// the logs may look at it; what is sent upstream is rendered from a CanonicalTarget.
struct RequestHead {
  std::string method;  // case-sensitive, as received
  std::string target;
  Version version = Version::http_1_1;
  Headers headers;
  // A GET that came as extended CONNECT (RFC 8441) and asks for a WebSocket: a 2xx opens the tunnel.
  bool asks_for_tunnel = false;
};

struct ResponseHead {
  int status = 0;      // 100 to 599
  std::string reason;  // may be empty; ignored by clients
  Version version = Version::http_1_1;
  Headers headers;
};

}  // namespace sallyport::http
