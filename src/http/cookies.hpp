#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace sallyport::http {

struct CookiePair {
  std::string_view name;   // case-sensitive; may be empty in "=value" or for a pair without "="
  std::string_view value;  // as sent, quotes included
};

// The pairs of one Cookie field in their order (RFC 6265 section 5.4, read as section 4.2.1 writes them): split at ';'
// and at the first '=' of each piece, blanks around both trimmed, empty pieces left out. The views point into `field`.
std::vector<CookiePair> parse_cookies(std::string_view field);

// What a request says about one cookie.
struct FoundCookie {
  std::string_view value;  // of the first one
  std::size_t count = 0;   // more than 1: somebody planted a second one, and which of them is true nobody can tell
};
FoundCookie find_cookie(const Headers& headers, std::string_view name);

// The value of a Cookie field without the named cookies, all of them and no others; as it was if none is there, empty if
// none is left.
std::string cookies_without(std::string_view field, std::span<const std::string> names);

// One Set-Cookie field (RFC 6265 section 5.2). Attributes keep their order, spelling and repetitions, also those that
// nobody knows yet.
class SetCookie {
 public:
  struct Attribute {
    std::string name;
    std::optional<std::string> value;  // none: "Secure" without "="
  };

  std::string name;
  std::string value;
  std::vector<Attribute> attributes;

  // Error malformed: no "=", an empty name, a control character.
  static Result<SetCookie> parse(std::string_view field);
  // "name=value; Path=/; Secure". Error malformed: a part that would not parse to the same.
  Result<std::string> render() const;

  // The last attribute of that name, ignoring case, which is the one that counts; null if there is none.
  const Attribute* find(std::string_view attribute_name) const;
  bool has(std::string_view attribute_name) const { return find(attribute_name) != nullptr; }
  // Replaces all attributes of that name by one in the place of the first; at the end if there was none.
  void set(std::string_view attribute_name, std::optional<std::string> attribute_value);
  void remove(std::string_view attribute_name);
};

}  // namespace sallyport::http
