#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "wire/client_stream.hpp"
#include "wire/h2_client_connection.hpp"

namespace sallyport::wire {

// A request on a connection of HTTP/2. Whoever lets go of it before its end resets it; no other stream takes notice.
// After an agreed upgrade it is a stream of bytes (RFC 8441).
class H2ClientStream final : public ClientStream, private BodySource, private TunnelEnd {
 public:
  // Takes one of the connection's places; has_room() has said that there is one.
  explicit H2ClientStream(std::shared_ptr<H2ClientConnection> connection);
  ~H2ClientStream() override;
  H2ClientStream(const H2ClientStream&) = delete;
  H2ClientStream& operator=(const H2ClientStream&) = delete;

  Result<> begin_request(std::string_view method, std::string_view target, const http::Headers& headers,
                         const http::Framing& framing) override;
  Result<> begin_upgrade(std::string_view protocol, std::string_view method, std::string_view target,
                         const http::Headers& headers) override;
  async::Soon<Result<>> write(std::string_view piece, async::Deadline deadline) override;
  async::Soon<Result<>> flush(async::Deadline deadline) override;
  async::Soon<Result<>> finish(async::Deadline deadline) override;
  void add_trailers(const http::Headers& trailers) override;

  async::Task<Result<http::ResponseHead>> read_head(async::Deadline deadline) override;
  Result<BodySource*> begin_body(const http::ResponseHead& head, std::string_view method) override;
  TunnelEnd& tunnel_end() override { return *this; }

  bool answer_begun() const override { return heard_; }
  bool was_refused() const override { return refused_; }
  bool is_multiplexed() const override { return true; }
  async::Task<> wait_closed() override;
  bool can_go_on() const override { return true; }
  void abort() override;

 private:
  friend class H2ClientConnection;

  Result<> begin(const http::H2RequestLine& line, const http::Headers& headers, bool has_body);
  async::Task<Result<>> wait_sent(std::size_t at_most, async::Deadline deadline);
  void let_go_of_given();
  // Nothing more comes: the body's end, or the stream's.
  bool is_at_end() const { return ended_ || closed_; }

  // BodySource.
  async::Soon<Result<std::string_view>> next(async::Deadline deadline) override;
  bool done() const override { return ended_ && arrived_.empty(); }
  bool would_wait() override { return arrived_.empty() && !is_at_end(); }
  http::Framing framing() const override { return framing_; }
  const http::Headers& trailers() const override { return trailers_; }

  // What a tunnel carries is framed as a body is.
  async::Soon<Result<std::string_view>> receive(async::Deadline deadline) override { return next(deadline); }
  async::Soon<Result<>> send(std::string_view bytes, async::Deadline deadline) override {
    return write(bytes, deadline);
  }
  async::Soon<Result<>> end_sending(async::Deadline deadline) override { return finish(deadline); }

  // What the session says.
  void take_head(http::ResponseHead head, bool ended);
  void take_body(std::string_view piece);
  void take_end(http::Headers trailers);
  void close(Error error, bool refused);

  const std::shared_ptr<H2ClientConnection> connection_;
  http::StreamId id_ = 0;
  std::deque<http::ResponseHead> heads_;
  http::Framing framing_;
  std::string given_;    // the piece that next() gave out
  std::string arrived_;  // behind it
  http::Headers trailers_;
  bool has_body_ = false;  // of the request
  bool heard_ = false;
  bool head_was_all_ = false;
  bool ended_ = false;   // the answer is whole
  bool closed_ = false;  // nothing more, either way
  bool refused_ = false;
  Error error_;  // once closed
  async::Signal in_signal_;
  async::Signal out_signal_;
};

}  // namespace sallyport::wire
