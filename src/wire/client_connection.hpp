#pragma once

#include <memory>

#include "http/h1_parser.hpp"
#include "http/message.hpp"
#include "wire/body.hpp"
#include "wire/message_writer.hpp"

namespace sallyport::wire {

// The client's end of an HTTP/1 connection: one request out, its response in. Loop-local.
class ClientConnection {
 public:
  ClientConnection(std::unique_ptr<net::Stream> stream, const http::HeadLimits& limits);

  // Writes a head into the writer's buffer; the body follows through writer(). Errors: internal.
  Result<> begin_request(std::string_view method, std::string_view target, const http::Headers& headers,
                         const http::Framing& framing);
  // The next response head, 1xx included. Errors: malformed (with the reason), closed (before any byte: the connection
  // was dead), reset, timeout.
  async::Task<Result<http::ResponseHead>> read_head(async::Deadline deadline);

  // Has any byte of a response come since begin_request()?
  bool response_begun() const { return response_begun_; }
  // Was nothing read beyond the response, and has the peer not hung up, as far as we have looked?
  bool has_nothing_left() const { return input_.empty() && !input_.ended(); }
  // Can it carry another request: nothing waits to be read (attack C9), and the peer has not hung up? Looks.
  bool is_quiet();
  // Gives its buffers back, before it is put aside.
  void rest() { input_.rest(); }

  net::Stream& stream() { return *stream_; }
  Input& input() { return input_; }
  MessageWriter& writer() { return writer_; }

 private:
  std::unique_ptr<net::Stream> stream_;
  Input input_;
  MessageWriter writer_;
  http::ResponseParser parser_;
  bool response_begun_ = false;
};

}  // namespace sallyport::wire
