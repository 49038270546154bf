#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/target.hpp"
#include "identity/credential.hpp"

namespace sallyport::session {

// A request that a login or step-up interrupted. It waits in the session, never in the browser: no return URL can be
// forged (attack case F7). It is replayed once at most and is judged anew then.
struct ParkedRequest {
  std::string method;
  std::string target;     // wire path and query
  std::string authority;  // the host that was asked
  http::Headers headers;  // of kParkedFields only
  std::string body;
  std::string user;  // identity::Name::folded() of who sent it; empty if nobody was logged in
  TimePoint created{};
};

struct ParkLimits {
  std::size_t max_body = 65536;    // bytes
  std::size_t max_total = 131072;  // bytes of everything
  Duration max_age = std::chrono::minutes(10);
};

// Keeps what is needed to send the request again: method, target, body and the fields that describe the body. Cookies,
// credentials and everything about the connection come from the request that asks for the replay. `scheme` is that
// of the request, `subject` is who sent it. Errors: too_large (over a limit; the visitor gets the login page all the
// same); denied, for a method that may change something and was sent by a page of another origin: the login would lend it
// the user's rights (attack case F6); unsupported for CONNECT and TRACE.
Result<ParkedRequest> park(const http::RequestHead& head, const http::CanonicalTarget& target, std::string body,
                           std::string_view scheme, const identity::Subject& subject, TimePoint now,
                           const ParkLimits& limits);

// Whether this subject may have the request: it was sent by the same user, or by nobody yet.
bool is_for(const ParkedRequest& parked, const identity::Subject& subject);

// Whether a request that has just come is the browser's return to the parked one: GET of the same target at the same
// host, while the parked one is not too old. The caller takes the parked request out of the session before it is
// sent on, whatever becomes of it then.
bool is_return(const ParkedRequest& parked, const http::RequestHead& head, const http::CanonicalTarget& target,
               const identity::Subject& subject, TimePoint now, const ParkLimits& limits);

// The head to go on with: method, target and fields of the body from the parked request with its Content-Length,
// everything else from the request that has just come.
http::RequestHead replayed(const ParkedRequest& parked, const http::RequestHead& head);

}  // namespace sallyport::session
