#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace sallyport::http {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7); parts of a second are dropped. For years 0 to 9999.
std::string render_http_date(WallTime time);

// The same format and no other; nothing if the text is not in it, the date does not exist or the day of the week is
// wrong. The obsolete formats are not read: whoever compares dates treats them as absent, which RFC 9110 allows for
// every conditional field.
std::optional<WallTime> parse_http_date(std::string_view text);

// The date of a cookie's Expires attribute, by the forgiving rules of RFC 6265 section 5.1.1.
std::optional<WallTime> parse_cookie_date(std::string_view text);

}  // namespace sallyport::http
