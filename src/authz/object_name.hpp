#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/target.hpp"

namespace sallyport::authz {

// A name in the protected object space: "/", or '/' before each of its segments, with no empty, "." or ".." segment
// and no '/' at the end; UTF-8 without control characters. Object names are case-sensitive.
//
// There are two ways to one: an administrator's text, checked; and a request's target behind the object of the server
// or virtual host that it came to. So what is judged is the path that is sent on, and nothing else.
class ObjectName {
 public:
  static constexpr std::size_t kMaxLength = 8192;  // of an administrator's text, in bytes

  // Errors: malformed, too_large.
  static Result<ObjectName> parse(std::string_view text);
  // "/WebSEAL/<host>-<instance>". Errors: malformed.
  static Result<ObjectName> of_server(std::string_view host, std::string_view instance);
  // The object that a request is for: target.path() below `base`. A '/' at the path's end does not count.
  static ObjectName of(const ObjectName& base, const http::CanonicalTarget& target);

  const std::string& text() const { return text_; }
  bool is_root() const { return text_.size() == 1; }
  // The container that the object is in; of the root, the root.
  ObjectName parent() const;
  // True for the object itself and for everything below it.
  bool is_at_or_below(const ObjectName& ancestor) const;

  friend bool operator==(const ObjectName&, const ObjectName&) = default;
  friend std::strong_ordering operator<=>(const ObjectName& a, const ObjectName& b) { return a.text_ <=> b.text_; }

 private:
  explicit ObjectName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// The segments of a name, from the root on, without allocation: for "/a/b" it gives "a", "b", and then nothing.
class Segments {
 public:
  explicit Segments(const ObjectName& name) : rest_(name.is_root() ? std::string_view() : name.text()) {}

  bool at_end() const { return rest_.empty(); }
  // The next segment; only if not at the end.
  std::string_view next();

 private:
  std::string_view rest_;  // empty, or begins with '/'
};

}  // namespace sallyport::authz
