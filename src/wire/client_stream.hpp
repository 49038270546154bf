#pragma once

#include "http/message.hpp"
#include "wire/body.hpp"
#include "wire/tunnel.hpp"

namespace sallyport::wire {

// The client's side of one request and its answer, whichever version of HTTP carries them: the way out for the request,
// the way in for the answer. The counterpart of ServerStream. Loop-local; one reader and one writer at a time.
class ClientStream {
 public:
  virtual ~ClientStream() = default;

  // The head of a request; the body follows unless `framing` says none, and finish() in any case. `headers` has Host.
  // Errors: internal (a head that cannot be written), unavailable (nothing was sent: the connection takes no more).
  virtual Result<> begin_request(std::string_view method, std::string_view target, const http::Headers& headers,
                                 const http::Framing& framing) = 0;
  // The same for one that asks to switch to another protocol. Errors: unsupported, too (HTTP/2 knows WebSockets only).
  virtual Result<> begin_upgrade(std::string_view protocol, std::string_view method, std::string_view target,
                                 const http::Headers& headers) = 0;
  // As MessageWriter has them.
  virtual async::Soon<Result<>> write(std::string_view piece, async::Deadline deadline) = 0;
  virtual async::Soon<Result<>> flush(async::Deadline deadline) = 0;
  virtual async::Soon<Result<>> finish(async::Deadline deadline) = 0;
  virtual void add_trailers(const http::Headers& trailers) = 0;

  // The next head of the answer, 1xx included. Errors: malformed (with the reason), closed, reset, timeout.
  virtual async::Task<Result<http::ResponseHead>> read_head(async::Deadline deadline) = 0;
  // The body behind that head, which was the last one. Errors: malformed (nobody can say how long it is).
  virtual Result<BodySource*> begin_body(const http::ResponseHead& head, std::string_view method) = 0;
  // Behind a head that agrees to begin_upgrade(): what is no HTTP any more.
  virtual TunnelEnd& tunnel_end() = 0;

  // Has anything come of an answer?
  virtual bool answer_begun() const = 0;
  // Has the server said that it did nothing with the request?
  virtual bool was_refused() const = 0;
  // Do both directions go on by themselves, so that an answer may end before its request? Not in HTTP/1 (attack C5).
  virtual bool is_multiplexed() const = 0;
  // Where it is: until nothing more is taken of the request, either because all of it was or because the server wants
  // no more.
  virtual async::Task<> wait_closed() = 0;
  // After the whole answer: can the connection carry another request?
  virtual bool can_go_on() const = 0;
  // Ends both directions at once.
  virtual void abort() = 0;
};

}  // namespace sallyport::wire
