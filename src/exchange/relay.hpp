#pragma once

#include <functional>
#include <string>
#include <vector>

#include "authz/decide.hpp"
#include "exchange/exchange.hpp"
#include "upstream/pool.hpp"

namespace sallyport::exchange {

// What goes upstream, and how the answer is to be changed on its way back.
struct RelayPlan {
  const std::vector<upstream::Candidate>* candidates = nullptr;  // not owned
  std::string method;
  std::string target;     // origin-form
  std::string upgrade;    // the protocol that the client asked for and the relay may switch to; usually empty
  Duration response_timeout{std::chrono::seconds(120)};
  Duration tunnel_idle{std::chrono::minutes(60)};  // of a connection that has switched protocols
  unsigned max_attempts = 3;
  // The fields for the server with this index (Candidate::index), complete but for the framing, which the relay writes.
  // Pure; called once an attempt.
  std::function<http::Headers(std::size_t server)> plan_request;
  // Changes the head of that server's answer: hop-by-hop fields, Location, Set-Cookie. Pure; called once.
  std::function<void(std::size_t server, http::ResponseHead&)> plan_response;
};

// Sends the request of the exchange upstream and its answer back, in constant memory: neither side is read faster than
// the other takes. A request is sent again only if nothing of it can have been acted on. An upstream that breaks the
// protocol gets a 502 and its connection is dropped (attack C9); one that is too slow gets a 504. Consumes the permit:
// there is no other way to send a request upstream.
async::Task<> relay(Exchange& x, authz::Permit permit, RelayPlan plan, upstream::Pool& pool);

// The protocol that the request asks to switch to (RFC 9110 section 7.8), if that can be passed on: HTTP/1.1, no body,
// one protocol, not HTTP itself (attack C7). Empty otherwise.
std::string requested_upgrade(const http::RequestHead& head, const http::Framing& framing);

}  // namespace sallyport::exchange
