#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/task_group.hpp"
#include "http/h2_session.hpp"
#include "wire/input.hpp"
#include "wire/server_stream.hpp"

namespace sallyport::wire {

class H2Connection;

// A request on a connection of HTTP/2. Lives until whoever serves it is done, also when the client has reset it.
class H2ServerStream final : public ServerStream, private BodySource, private TunnelEnd {
 public:
  // `is_tunnel`: the request asks for one; the client's bytes are no body then.
  H2ServerStream(H2Connection& connection, http::StreamId id, const http::Framing& framing, bool is_tunnel);

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
  async::Task<Result<>> wait_sent(std::size_t at_most, async::Deadline deadline);
  void break_off(http::H2Error error);

  // What the session says.
  void take_body(std::string_view piece);
  void close(bool broken);

  H2Connection& connection_;
  const http::StreamId id_;
  const http::Framing framing_;
  const bool is_tunnel_;
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
class H2Connection final : private http::H2ServerSession::Events {
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

  // Serves it to its end. Empty if that was orderly, otherwise what went wrong, for the log.
  async::Task<std::string> run();
  // No more requests: the connection ends when those under way are answered, and those that the client has sent before
  // it heard of it (RFC 9113 section 6.8).
  void drain();
  // Bytes of answers that wait for the client's windows.
  std::size_t unsent() const { return session_.unsent_of_all(); }

 private:
  friend class H2ServerStream;
  struct Arrived {
    http::StreamId id;
    http::RequestHead head;
    http::Framing framing;
    int refused = 0;
    std::string why;
  };

  void on_request(http::StreamId stream, http::RequestHead head, const http::Framing& framing) override;
  void on_refused(http::StreamId stream, int status, std::string why) override;
  void on_body(http::StreamId stream, std::string_view piece) override;
  void on_body_end(http::StreamId stream, http::Headers trailers) override;
  void on_sent(http::StreamId stream) override;
  void on_closed(http::StreamId stream, http::H2Error error) override;
  void on_shut_down_heard() override { say_last(); }

  // Each request becomes one of `tasks`; `why` as run() returns it.
  async::Task<> read(async::TaskGroup& tasks, std::string& why);
  // Ends `reading` when there is nothing more to be said.
  async::Task<> write(async::TaskGroup& reading);
  // The second step of drain(), if the client does not answer to the first.
  async::Task<> say_last_in_time();
  void say_last();
  async::Task<> linger();
  async::Task<> serve_one(Arrived request);
  H2ServerStream* find(http::StreamId id);
  void start_arrived(async::TaskGroup& tasks);
  void post(async::Ready& ready);
  void consumed(http::StreamId id, std::size_t bytes);
  void wake_writer() { output_signal_.wake_one(); }

  async::EventLoop* loop_ = nullptr;  // while run() runs
  std::unique_ptr<net::Stream> stream_;
  Input input_;
  http::H2ServerSession session_;
  const http::H2Limits limits_;
  const Timeouts timeouts_;
  Handler& handler_;
  std::unordered_map<http::StreamId, std::unique_ptr<H2ServerStream>> streams_;
  std::vector<Arrived> arrived_;
  async::Signal output_signal_;
  async::TaskGroup* serving_ = nullptr;  // while run() runs
  bool draining_ = false;
  bool last_said_ = false;
  bool reading_over_ = false;
  TimePoint last_active_{};
};

}  // namespace sallyport::wire
