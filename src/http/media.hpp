#pragma once

#include "http/message.hpp"

namespace sallyport::http {

// True for a client that shows pages to somebody: an Accept field names text/html or application/xhtml+xml with a
// weight above 0 and no lower than that of application/json, if that is named. "*/*" alone is what programs send.
bool prefers_html(const Headers& headers);

}  // namespace sallyport::http
