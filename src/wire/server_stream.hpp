#pragma once

#include "http/message.hpp"
#include "wire/body.hpp"
#include "wire/server_connection.hpp"
#include "wire/tunnel.hpp"

namespace sallyport::wire {

// The server's side of one request and its answer, whichever version of HTTP carries them: the way in for the body, the
// way out for the answer. Loop-local; one reader and one writer at a time.
class ServerStream {
 public:
  virtual ~ServerStream() = default;

  // What is arriving of the request's body.
  virtual BodySource& body() = 0;
  // Of its payload, so far.
  virtual std::uint64_t received() const = 0;
  // Nothing of it is still to come.
  virtual bool has_all_arrived() const = 0;
  // Has the client sent anything behind the head?
  virtual bool has_more_input() const = 0;

  // A 1xx response in front of the real one, at once.
  virtual async::Task<Result<>> send_interim(http::ResponseHead head, async::Deadline deadline) = 0;
  // Writes a head; the body follows unless `framing` says none. Errors: internal (a head that cannot be rendered).
  virtual Result<> begin_response(const http::ResponseHead& head, const http::Framing& framing) = 0;
  // As MessageWriter has them.
  virtual async::Soon<Result<>> write(std::string_view piece, async::Deadline deadline) = 0;
  virtual async::Soon<Result<>> flush(async::Deadline deadline) = 0;
  virtual async::Soon<Result<>> finish(async::Deadline deadline) = 0;
  // Fields that finish() sends behind the body, where its framing has a place for them.
  virtual void add_trailers(const http::Headers& trailers) = 0;

  // This is the last request of the connection: its answer and those under way are sent whole, then the connection ends.
  // At best before begin_response(): what an HTTP/1 answer says of it is up to its head, see is_last().
  virtual void close_connection_after() = 0;
  // Whether the head has to announce that ("Connection: close").
  virtual bool is_last() const = 0;
  // In place of an answer: the same request by HTTP/1.1 will get one (RFC 9113 section 7, HTTP_1_1_REQUIRED). False where
  // it came by that already; nothing has happened then.
  virtual bool require_http_1_1() = 0;

  // Ends both directions at once, in a way that tells the client that something is missing.
  virtual void abort() = 0;
  // `listener` is posted to the loop, once, when the client has gone and waits for no answer any more; null takes it
  // back. False if it has gone already, and nobody is told.
  virtual bool tell_when_gone(async::Ready* listener) = 0;
  // What a tunnel goes on with after the answer that opens it.
  virtual TunnelEnd& tunnel_end() = 0;
};

// A request on a connection of HTTP/1.
class H1ServerStream final : public ServerStream {
 public:
  // The connection must outlive it.
  H1ServerStream(ServerConnection& connection, const http::Framing& framing)
      : connection_(connection),
        body_(connection.input(), framing, Side::client),
        tunnel_end_(connection.input(), connection.stream()) {}

  BodySource& body() override { return body_; }
  std::uint64_t received() const override { return body_.received(); }
  bool has_all_arrived() const override { return body_.all_arrived(); }
  bool has_more_input() const override { return !connection_.input().empty(); }

  async::Task<Result<>> send_interim(http::ResponseHead head, async::Deadline deadline) override {
    return connection_.send_interim(std::move(head), deadline);
  }
  Result<> begin_response(const http::ResponseHead& head, const http::Framing& framing) override {
    return connection_.begin_response(head, framing);
  }
  async::Soon<Result<>> write(std::string_view piece, async::Deadline deadline) override {
    return connection_.writer().write(piece, deadline);
  }
  async::Soon<Result<>> flush(async::Deadline deadline) override { return connection_.writer().flush(deadline); }
  async::Soon<Result<>> finish(async::Deadline deadline) override { return connection_.writer().finish(deadline); }

  void add_trailers(const http::Headers& trailers) override { connection_.writer().add_trailers(trailers); }
  void close_connection_after() override { last_ = true; }
  bool is_last() const override { return last_; }
  bool require_http_1_1() override { return false; }

  void abort() override { connection_.stream().abort(); }
  bool tell_when_gone(async::Ready* listener) override { return connection_.stream().tell_when_gone(listener); }
  TunnelEnd& tunnel_end() override { return tunnel_end_; }

 private:
  ServerConnection& connection_;
  MessageBody body_;
  ConnectionEnd tunnel_end_;
  bool last_ = false;
};

}  // namespace sallyport::wire
