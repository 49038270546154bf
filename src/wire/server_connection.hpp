#pragma once

#include <memory>

#include "http/h1_parser.hpp"
#include "http/message.hpp"
#include "wire/body.hpp"
#include "wire/message_writer.hpp"

namespace sallyport::wire {

// Why there is no request: `status` is what to answer before closing, 0 if there is nobody to answer (the client has
// gone, or was idle).
struct NoRequest {
  int status = 0;
  Error error;
};

// The server's end of an HTTP/1 connection: requests in, responses out, one after the other (pipelined requests wait in
// the input). Loop-local.
class ServerConnection {
 public:
  ServerConnection(std::unique_ptr<net::Stream> stream, const http::HeadLimits& limits);

  // The next request. `idle` bounds the wait for its first byte, `head_time` the time from there to the end of the head.
  async::Task<tl::expected<http::RequestHead, NoRequest>> read_request(async::Deadline idle, Duration head_time);

  // Writes a head; the body follows through writer() unless `framing` says none. Errors: internal (a head that cannot
  // be rendered).
  Result<> begin_response(const http::ResponseHead& head, const http::Framing& framing);
  // A 1xx response in front of the real one, at once.
  async::Task<Result<>> send_interim(http::ResponseHead head, async::Deadline deadline);

  // Has nothing of a request come yet?
  bool is_idle() const { return input_.empty() && !parser_.started(); }

  net::Stream& stream() { return *stream_; }
  Input& input() { return input_; }
  MessageWriter& writer() { return writer_; }

 private:
  std::unique_ptr<net::Stream> stream_;
  Input input_;
  MessageWriter writer_;
  http::RequestParser parser_;
};

}  // namespace sallyport::wire
