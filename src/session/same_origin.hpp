#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.hpp"

namespace sallyport::session {

// Who made the browser send a request.
enum class Initiator : std::uint8_t {
  own_page,    // a page of the same origin, or the user (address bar, bookmark)
  other_page,  // a page of another origin, be it on the same site
  unknown,     // the client does not say: no browser, or one that is very old
};

// Judged by Sec-Fetch-Site (W3C Fetch Metadata), then by Origin (RFC 6454). `scheme` ("https") and `authority`
// (CanonicalTarget::authority()) are those that the request came with. More than one field of a kind, or an Origin
// that contradicts Sec-Fetch-Site, counts as other_page.
Initiator initiator_of(const http::Headers& headers, std::string_view scheme, std::string_view authority);

}  // namespace sallyport::session
