#pragma once

#include "http/message.hpp"

namespace sallyport::http {

// True for a client that shows pages to somebody: an Accept field names text/html or application/xhtml+xml with a
// weight above 0 and no lower than that of application/json, if that is named. "*/*" alone is what programs send.
bool prefers_html(const Headers& headers);

// The weight in one element of Accept, Accept-Language and the like, "text/html;q=0.7", in thousandths (RFC 9110 section
// 12.4.2): 1000 if it has none, 0 if it is no weight.
unsigned weight_of(std::string_view element);

}  // namespace sallyport::http
