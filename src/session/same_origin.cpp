#include "session/same_origin.hpp"

#include <string>

#include "base/text.hpp"

namespace sallyport::session {
namespace {

// `authority` may lack its port where that is https's; an Origin lacks its own scheme's.
bool is_origin(std::string_view text, std::string_view scheme, std::string_view authority) {
  std::string own = std::string(scheme) + "://" + std::string(authority);
  if (scheme == "http" && own.ends_with(":80")) own.resize(own.size() - 3);
  return equal_ignoring_case(text, own);
}

}  // namespace

Initiator initiator_of(const http::Headers& headers, std::string_view scheme, std::string_view authority) {
  if (headers.count("Sec-Fetch-Site") > 1 || headers.count("Origin") > 1) return Initiator::other_page;
  const auto origin = headers.find("Origin");
  if (origin && !is_origin(*origin, scheme, authority)) return Initiator::other_page;
  if (const auto site = headers.find("Sec-Fetch-Site")) {
    return *site == "same-origin" || *site == "none" ? Initiator::own_page : Initiator::other_page;
  }
  return origin ? Initiator::own_page : Initiator::unknown;
}

}  // namespace sallyport::session
