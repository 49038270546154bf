#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

// Heads as bytes. Received bytes of a head are never passed on: what leaves is written anew from the parsed values, and
// what would not parse again is not written at all.
namespace sallyport::http {

// Appends a request head in HTTP/1.1. `target` is in one of the forms of RFC 9112 section 3.2, normally made by
// CanonicalTarget::to_string(). Errors (internal, for it is ours what goes wrong here; `out` is unchanged): a method or
// name that is no token, a value or target with a byte that cannot be there, CR, LF and NUL above all.
Result<> render_request_head(std::string_view method, std::string_view target, const Headers& headers,
                             std::string& out);

// Appends a response head in HTTP/1.1, whatever version `head` came in (RFC 9110 section 2.5). Without a reason the
// usual one is written. Errors as above, also for a status outside of 100 to 599.
Result<> render_response_head(const ResponseHead& head, std::string& out);

// "Not Found"; "" for a status that RFC 9110 does not know.
std::string_view reason_phrase(int status);

}  // namespace sallyport::http
