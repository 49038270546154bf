#pragma once

#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "pki/fetcher.hpp"

namespace sallyport::fetch {

// One request on a connection of its own: GET, or POST of an OCSP request if there is a body. Only an answer 200 counts.
// Errors: malformed (URL, answer), denied (address), too_large, unavailable (another status), those of connections.
Result<std::string> fetch_by_http(const pki::FetchRequest& request, const std::vector<Cidr>& forbidden, TimePoint end);

}  // namespace sallyport::fetch
