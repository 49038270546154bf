// http: the HTTP message, independent of version, and its codecs. Bytes and values in, bytes and values out: no
// I/O, no clock, no logger, no globals, no exceptions for bad input; every limit is a parameter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::http {

// One header field as received or as to be sent. The views point into the Headers they came from and die with the
// next change to it.
struct Field {
  std::string_view name;
  std::string_view value;
};

// Header fields in the order received; names keep their spelling, look-ups ignore ASCII case (RFC 9110 section 5.1).
// One buffer holds all names and values, so that a head costs two allocations however many fields it has.
class Headers {
 public:
  class Iterator;

  void add(std::string_view name, std::string_view value);
  // Replaces every field of that name by one at the end.
  void set(std::string_view name, std::string_view value);
  // Removes every field of that name; how many there were.
  std::size_t remove(std::string_view name);
  // Removes the fields for which `predicate(Field)` is true; how many there were.
  template <class Predicate>
  std::size_t remove_if(Predicate predicate);

  // The value of the first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  std::size_t count(std::string_view name) const;

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  Field operator[](std::size_t index) const {
    const Entry& entry = entries_[index];
    const char* const at = bytes_.data() + entry.offset;
    return Field{{at, entry.name_length}, {at + entry.name_length, entry.value_length}};
  }
  Iterator begin() const;
  Iterator end() const;
  void clear();
  // Makes room for that many more fields with that many bytes of names and values.
  void reserve(std::size_t fields, std::size_t bytes);
  // Of all names and values that were added, those of removed fields included.
  std::size_t bytes() const { return bytes_.size(); }

 private:
  struct Entry {
    std::uint32_t offset;
    std::uint32_t name_length;
    std::uint32_t value_length;
  };
  // Characters that are only ever added: a std::string checks more for each field, and clears what it grows by.
  class Bytes {
   public:
    Bytes() = default;
    Bytes(Bytes&& other) noexcept
        : at_(std::move(other.at_)), size_(std::exchange(other.size_, 0)), room_(std::exchange(other.room_, 0)) {}
    Bytes(const Bytes& other);
    Bytes& operator=(Bytes other) noexcept {
      at_.swap(other.at_);
      std::swap(size_, other.size_);
      std::swap(room_, other.room_);
      return *this;
    }
    const char* data() const { return at_.get(); }
    std::size_t size() const { return size_; }
    void clear() { size_ = 0; }
    void reserve(std::size_t room);
    // Both may be views of these bytes.
    void append(std::string_view first, std::string_view second);

   private:
    std::unique_ptr<char[]> at_;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
  };
  Bytes bytes_;
  std::vector<Entry> entries_;
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

inline Headers::Iterator Headers::begin() const { return Iterator(this, 0); }
inline Headers::Iterator Headers::end() const { return Iterator(this, entries_.size()); }

template <class Predicate>
std::size_t Headers::remove_if(Predicate predicate) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!predicate((*this)[i])) entries_[kept++] = entries_[i];
  }
  const std::size_t removed = entries_.size() - kept;
  entries_.resize(kept);
  return removed;
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
