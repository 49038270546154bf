#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sallyport::http {

struct BasicCredentials {
  std::string user;
  Secret password;  // may be empty: whether that is a password is not decided here
};

// Reads the value of an Authorization field with the scheme Basic (RFC 7617). Errors: not_found if the scheme is
// another one; too_large above `max_bytes`; malformed: no strict base64, no colon, an empty user, a control character
// or no UTF-8 in either part.
Result<BasicCredentials> parse_basic(std::string_view authorization, std::size_t max_bytes = 4096);

}  // namespace sallyport::http
