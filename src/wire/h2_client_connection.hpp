#pragma once

#include <memory>
#include <string>

#include "http/h2_client_session.hpp"
#include "wire/h2_link.hpp"

namespace sallyport::wire {

class H2ClientStream;

// The client's end of an HTTP/2 connection. One task reads, one writes; requests are H2ClientStreams. The tasks, and
// each stream, keep it alive, so that it may die under them. Loop-local.
class H2ClientConnection final : private H2Link, private http::H2ClientSession::Events {
 public:
  // `scheme`: "https" or "http", as requests say it. `stall`: of a server that takes nothing.
  H2ClientConnection(std::unique_ptr<net::Stream> stream, const http::H2Limits& limits, std::string scheme,
                     Duration stall, async::EventLoop& loop);

  // Drives it to its end; spawned by who owns the connection.
  static async::Task<> run(std::shared_ptr<H2ClientConnection> self);
  // Until the server has said what it can do. Errors: malformed (it speaks no HTTP/2), closed, reset, timeout.
  async::Task<Result<>> wait_ready(async::Deadline deadline);

  // Can another request be begun now? Looks what has come from the server, if nothing else does.
  bool has_room();
  // It will take no more requests.
  bool is_spent() const { return over_ || draining_ || !session_.takes_requests(); }
  bool allows_extended_connect() const { return session_.allows_extended_connect(); }
  std::size_t most_streams() const { return session_.most_streams(); }
  // Has it carried a request already?
  bool is_used() const { return used_; }
  bool is_idle() const { return stream_count_ == 0; }
  // Since when it is idle.
  TimePoint last_active() const { return last_active_; }
  // No more requests: it ends when those under way are done.
  void drain();
  bool is_over() const { return over_; }

 private:
  friend class H2ClientStream;

  void on_head(http::StreamId stream, http::ResponseHead head, bool ended) override;
  void on_body(http::StreamId stream, std::string_view piece) override;
  void on_body_end(http::StreamId stream, http::Headers trailers) override;
  void on_sent(http::StreamId stream) override;
  void on_closed(http::StreamId stream, http::H2Ending ending) override;

  async::Task<> read();
  bool is_done() const override { return is_spent() && stream_count_ == 0; }
  // For the requests under way these are ways in which a connection ends.
  void write_failed(const Error& error) override;
  void session_failed(const Error& error) override;
  // Takes what the input holds; false after an error.
  bool receive();
  void end_all();
  H2ClientStream* find(http::StreamId id) const { return streams_.find(id); }

  http::H2ClientSession session_;
  const std::string scheme_;
  http::H2Streams<H2ClientStream*> streams_;  // that have begun and not ended
  std::size_t stream_count_ = 0;              // with those that have not begun
  async::Signal ready_signal_;
  Error end_{Errc::closed, "the server ended the connection", Side::upstream};
  bool used_ = false;
  bool draining_ = false;
  bool over_ = false;
  TimePoint last_active_;
};

}  // namespace sallyport::wire
