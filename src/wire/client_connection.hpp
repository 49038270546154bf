#pragma once

#include <memory>
#include <optional>

#include "http/h1_parser.hpp"
#include "http/message.hpp"
#include "wire/body.hpp"
#include "wire/client_stream.hpp"
#include "wire/message_writer.hpp"

namespace sallyport::wire {

// The client's end of an HTTP/1 connection: one request out, its response in, then the next one. Loop-local.
class ClientConnection final : public ClientStream {
 public:
  ClientConnection(std::unique_ptr<net::Stream> stream, const http::HeadLimits& limits);

  // Into the writer's buffer.
  Result<> begin_request(std::string_view method, std::string_view target, const http::Headers& headers,
                         const http::Framing& framing) override;
  Result<> begin_upgrade(std::string_view protocol, std::string_view method, std::string_view target,
                         const http::Headers& headers) override;
  async::Soon<Result<>> write(std::string_view piece, async::Deadline deadline) override {
    return writer_.write(piece, deadline);
  }
  async::Soon<Result<>> flush(async::Deadline deadline) override { return writer_.flush(deadline); }
  async::Soon<Result<>> finish(async::Deadline deadline) override { return writer_.finish(deadline); }
  void add_trailers(const http::Headers& trailers) override { writer_.add_trailers(trailers); }

  // `closed` before any byte: the connection was dead.
  async::Task<Result<http::ResponseHead>> read_head(async::Deadline deadline) override;
  Result<BodySource*> begin_body(const http::ResponseHead& head, std::string_view method) override;
  TunnelEnd& tunnel_end() override { return tunnel_end_.emplace(input_, *stream_); }

  bool answer_begun() const override { return response_begun_; }
  bool was_refused() const override { return false; }
  bool is_multiplexed() const override { return false; }
  async::Task<> wait_closed() override { co_return; }
  bool can_go_on() const override { return stays_ && body_ && body_->done(); }
  void abort() override { stream_->abort(); }

  // Was nothing read beyond the response, and has the peer not hung up, as far as we have looked?
  bool has_nothing_left() const { return input_.empty() && !input_.ended(); }
  // The same, as far as the loop has looked, which it has done at least once since the response was read.
  bool has_been_silent() const { return has_nothing_left() && stream_->is_silent(); }
  // Can it carry another request: nothing waits to be read (attack C9), and the peer has not hung up? Looks.
  bool is_quiet();
  // Gives its buffers back, before it is put aside.
  void rest() {
    body_.reset();
    input_.rest();
  }

  net::Stream& stream() { return *stream_; }
  Input& input() { return input_; }

 private:
  std::unique_ptr<net::Stream> stream_;
  Input input_;
  MessageWriter writer_;
  http::ResponseParser parser_;
  std::optional<ConnectionEnd> tunnel_end_;
  std::optional<MessageBody> body_;
  bool response_begun_ = false;
  bool stays_ = false;  // as far as the last head says
};

}  // namespace sallyport::wire
