#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "authz/decide.hpp"
#include "exchange/exchange.hpp"
#include "upstream/pool.hpp"

namespace sallyport::exchange {

// Says what the fields are on both sides of us; pure.
class FieldPlanner {
 public:
  virtual ~FieldPlanner() = default;
  // The fields for the server with this index (Candidate::index), complete but for the framing, which the relay writes.
  // Called once an attempt.
  virtual http::Headers request_fields(std::size_t server) const = 0;
  // Makes of the fields of that server's answer what the client gets: hop-by-hop fields, Location, Set-Cookie. Called
  // once.
  virtual void pass_response_fields(std::size_t server, http::Headers& fields) const = 0;
  // What of a trailer section goes on, either way.
  virtual http::Headers passing_trailers(const http::Headers& trailers) const = 0;
};

// What goes upstream, and how the answer is to be changed on its way back.
struct RelayPlan {
  const std::vector<upstream::Candidate>* candidates = nullptr;  // not owned
  std::string_view method;  // this and the target must outlive the relay
  std::string_view target;  // origin-form
  std::string upgrade;    // the protocol that the client asked for and the relay may switch to; usually empty
  Duration response_timeout{std::chrono::seconds(120)};
  Duration tunnel_idle{std::chrono::minutes(60)};  // of a connection that has switched protocols
  unsigned max_attempts = 3;
  bool passes_trailers = false;
  const FieldPlanner* fields = nullptr;  // not owned
};

// Sends the request of the exchange upstream and its answer back, in constant memory: neither side is read faster than
// the other takes. A request is sent again only if nothing of it can have been acted on. An upstream that breaks the
// protocol gets a 502 and its connection is dropped (attack C9); one that is too slow gets a 504. Consumes the permit:
// there is no other way to send a request upstream.
async::Task<> relay(Exchange& x, authz::Permit permit, const RelayPlan& plan, upstream::Pool& pool);

// The protocol that the request asks to switch to, if that can be passed on: by HTTP/1.1 (RFC 9110 section 7.8) with no
// body, for one protocol, not HTTP itself (attack C7); by HTTP/2 the WebSocket of RFC 8441. Empty otherwise.
std::string requested_upgrade(const http::RequestHead& head, const http::Framing& framing);

}  // namespace sallyport::exchange
