#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/h2_session.hpp"
#include "wire/h2_link.hpp"
#include "wire/server_stream.hpp"

namespace sallyport::wire {

class H2Connection;

// A request on a connection of HTTP/2. Lives until whoever serves it is done, also when the client has reset it.
class H2ServerStream final : public ServerStream, private BodySource, private TunnelEnd {
 public:
  // Who asks for a tunnel sends no body.
  H2ServerStream(H2Connection& connection, http::StreamId id, http::RequestHead head, const http::Framing& framing);
  // To be answered with `status`, whatever it was.
  H2ServerStream(H2Connection& connection, http::StreamId id, int status, std::string why);

  BodySource& body() override { return *this; }
  std::uint64_t received() const override { return received_; }
  bool has_all_arrived() const override { return ended_; }
  bool has_more_input() const override { return received_ > 0; }
  async::Task<Result<>> send_interim(http::ResponseHead head, async::Deadline deadline) override;
  Result<> begin_response(const http::ResponseHead& head, const http::Framing& framing) override;
  async::Soon<Result<>> write(std::string_view piece, async::Deadline deadline) override;
  async::Soon<Result<>> flush(async::Deadline deadline) override;
  async::Soon<Result<>> finish(async::Deadline deadline) override;
  void add_trailers(const http::Headers& trailers) override;
  void close_connection_after() override;
  bool is_last() const override { return false; }
  bool require_http_1_1() override;
  void abort() override;
  bool tell_when_gone(async::Ready* listener) override;
  TunnelEnd& tunnel_end() override { return *this; }

 private:
  friend class H2Connection;

  async::Soon<Result<std::string_view>> next(async::Deadline deadline) override;
  bool done() const override { return ended_ && arrived_.empty(); }
  bool would_wait() override { return arrived_.empty() && !ended_ && !closed_; }
  http::Framing framing() const override { return framing_; }
  // What a tunnel carries is framed as a body is.
  async::Soon<Result<std::string_view>> receive(async::Deadline deadline) override { return next(deadline); }
  async::Soon<Result<>> send(std::string_view bytes, async::Deadline deadline) override {
    return write(bytes, deadline);
  }
  async::Soon<Result<>> end_sending(async::Deadline deadline) override { return finish(deadline); }
  std::size_t room() const;
  const http::Headers& trailers() const override { return trailers_; }
  Result<bool> give(std::string_view& piece);
  async::Task<Result<>> write_rest(std::string_view piece, async::Deadline deadline);
  async::Task<Result<>> wait_sent(std::size_t at_most, async::Deadline deadline);
  void break_off(http::H2Error error);

  // What the session says.
  void take_body(std::string_view piece);
  void close(bool broken);

  H2Connection& connection_;
  const http::StreamId id_;
  http::RequestHead head_;  // until it is served
  const http::Framing framing_;
  const bool is_tunnel_ = false;
  const int refused_ = 0;
  std::string why_refused_;
  std::string given_;    // the piece that next() gave out
  std::string arrived_;  // behind it
  std::uint64_t received_ = 0;
  http::Headers trailers_;
  bool ended_;
  bool closed_ = false;
  bool broken_ = false;
  bool has_body_ = false;  // of the answer
  bool finished_ = false;
  async::Signal body_signal_;
  async::Signal sent_signal_;
  async::Ready* gone_listener_ = nullptr;
};

// The server's end of an HTTP/2 connection. One task reads, one writes, each request is served by a task of its own.
// Loop-local.
class H2Connection final : private H2Link, private http::H2ServerSession::Events {
 public:
  // Who answers the requests.
  class Handler {
   public:
    virtual async::Task<> serve(ServerStream& stream, http::RequestHead head, const http::Framing& framing) = 0;
    // A request whose head cannot be taken: to be answered with `status`.
    virtual async::Task<> refuse(ServerStream& stream, int status, std::string why) = 0;

   protected:
    ~Handler() = default;
  };
  struct Timeouts {
    Duration head{std::chrono::seconds(60)};   // until the first request has come
    Duration idle{std::chrono::seconds(60)};   // without a request under way
    Duration stall{std::chrono::seconds(60)};  // of a client that takes nothing
  };

  // `handler` must outlive it.
  H2Connection(std::unique_ptr<net::Stream> stream, const http::H2Limits& limits, const Timeouts& timeouts,
               Handler& handler);
  ~H2Connection();

  // Serves it to its end. Empty if that was orderly, otherwise what went wrong, for the log.
  async::Task<std::string> run();
  // No more requests: the connection ends when those under way are answered, and those that the client has sent before
  // it heard of it (RFC 9113 section 6.8).
  void drain();
  // Bytes of answers that wait for the client's windows.
  std::size_t unsent() const { return session_.unsent_of_all(); }

 private:
  friend class H2ServerStream;

  void on_request(http::StreamId stream, http::RequestHead head, const http::Framing& framing) override;
  void on_refused(http::StreamId stream, int status, std::string why) override;
  void on_body(http::StreamId stream, std::string_view piece) override;
  void on_body_end(http::StreamId stream, http::Headers trailers) override;
  void on_sent(http::StreamId stream) override;
  void on_closed(http::StreamId stream, http::H2Error error) override;
  void on_shut_down_heard() override { say_last(); }

  enum class Taken : std::uint8_t { nothing, some, end };
  struct RestTimer final : async::Timer {
    explicit RestTimer(H2Connection& c) : connection(c) {}
    void expired() override { connection.rest_if_idle(); }
    H2Connection& connection;
  };

  // Each request becomes one of `tasks`; `why` as run() returns it.
  async::Task<> read(async::TaskGroup& tasks, std::string& why);
  bool is_done() const override { return last_said_ && streams_.empty(); }
  // What has come is taken in, without waiting.
  Taken take_in(async::TaskGroup& tasks, std::string& why);
  bool is_idle() const { return streams_.empty(); }
  // How long the next request may be waited for.
  Duration patience() const;
  // When the reader, if nothing has come, looks around.
  TimePoint next_look() const;
  void look_around();
  // Gives memory back if no request has been under way for a while; looks again when it will have been so long.
  void rest_if_idle();
  void rest_later();
  // The second step of drain(), if the client does not answer to the first.
  async::Task<> say_last_in_time();
  void say_last();
  async::Task<> linger();
  void take(http::StreamId id, std::unique_ptr<H2ServerStream> stream);
  async::Task<> serve_one(H2ServerStream& stream);
  H2ServerStream* find(http::StreamId id) const { return streams_.find(id); }
  void start_arrived(async::TaskGroup& tasks);
  void post(async::Ready& ready);
  void consumed(http::StreamId id, std::size_t bytes);

  http::H2ServerSession session_;
  const std::size_t max_concurrent_streams_;
  const Timeouts timeouts_;
  Handler& handler_;
  http::H2Streams<std::unique_ptr<H2ServerStream>> streams_;
  std::vector<H2ServerStream*> arrived_;  // and not served yet
  async::TaskGroup* serving_ = nullptr;  // while run() runs
  bool had_request_ = false;
  bool draining_ = false;
  bool last_said_ = false;
  TimePoint last_active_{};
  RestTimer rest_timer_{*this};
};

}  // namespace sallyport::wire
