// exchange: one request with its answer. It carries what belongs to the exchange (the request, its body, the id, what
// the logs will say) past the rooms that decide, and writes the answer: a page of our own, or what an upstream said
// (relay.hpp). Whether it may go upstream is said by an authz::Permit, which only a decision makes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "async/soon.hpp"
#include "base/endpoint.hpp"
#include "http/message.hpp"
#include "log/logs.hpp"
#include "wire/client_stream.hpp"
#include "wire/pace.hpp"
#include "wire/server_stream.hpp"

namespace sallyport::exchange {

// Who is at the other end of a client's connection.
struct ClientFacts {
  Endpoint peer;         // of the socket, or what a balancer's PROXY header says
  IpAddress address;     // of the client: the peer's, or what a trusted proxy says
  std::string address_text;
  // Of a balancer that does not say whose connection it is (a check of health, UNKNOWN): nobody is believed about it.
  bool is_unnamed = false;
  bool secure = false;   // TLS
  std::string protocol;  // "TLS1.3"
  std::string server_name;  // that it asked TLS for, in lower case; empty: none
  std::size_t interface = 0;  // the number of the interface that it has come by, see config/interfaces.hpp
};

// Deadlines and habits, from the configuration.
struct ExchangeOptions {
  Duration body_stall{std::chrono::seconds(60)};  // between two pieces of a body, either way
  std::uint64_t min_receive_rate = 0;             // bytes a second of a request body; 0: no limit
  std::uint64_t min_send_rate = 0;                // the same for an answer
  Duration slow_peer_grace{std::chrono::seconds(10)};
  bool announce_server = true;  // Server in our own answers
};

// The text of an answer that is ours.
struct Page {
  int status = 200;
  std::string type = "text/html; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Renders the page for an error status; pure.
class ErrorPageSource {
 public:
  virtual ~ErrorPageSource() = default;
  // `headers`: the request's, as received.
  virtual std::string render_error(int status, std::string_view request_id, const http::Headers& headers,
                                   bool as_html) const = 0;
};

class Exchange {
 public:
  // All references must outlive the exchange.
  Exchange(wire::ServerStream& stream, http::RequestHead head, const ClientFacts& client, const ExchangeOptions& options, const ErrorPageSource& error_pages,
           std::string id, const async::EventLoop& loop);

  const http::RequestHead& request() const { return head_; }
  const ClientFacts& client() const { return client_; }
  const std::string& id() const { return id_; }
  const std::string& junction() const { return junction_; }
  const std::string& upstream() const { return upstream_; }
  const ExchangeOptions& options() const { return options_; }
  wire::ServerStream& stream() { return stream_; }
  const async::EventLoop& loop() const { return loop_; }

  // The request's body: what is arriving, or what replace_request() put in its place.
  wire::BodySource& body();
  // Sends "100 Continue" if the client waits for it before it sends the body. Once, before the first
  // next_body_piece(), and while nothing else is written to the client.
  async::Task<Result<>> invite_body();
  // The next piece of the body, at the client's pace.
  async::Task<Result<std::string_view>> next_body_piece();
  // From here on the body may come as slowly as its sender likes, if its pieces keep their deadline: both sides talk at
  // once and neither has to.
  void let_body_pause() { pace_.drop_rate(); }
  // The whole body, if it has at most `max` bytes; too_large otherwise (what was read is lost then).
  async::Task<Result<std::string>> read_body(std::size_t max);
  // Goes on as if this had been the request. What is left of the body that was arriving is not read.
  void replace_request(http::RequestHead head, std::string body);

  // Sent with whatever answer there will be.
  void add_response_header(std::string name, std::string value);

  // Answers with a page of our own. After it the exchange is over.
  async::Task<> respond(Page page);
  // Answers with the error page for this status; `why` is for administrators, see failure().
  async::Task<> refuse(int status, std::string_view why);
  async::Task<> redirect(std::string location, int status = 302);

  // For the relay: begins an answer that came from upstream. Adds our headers; says whether the connection can go on.
  Result<> begin_relayed(http::ResponseHead& head, const http::Framing& framing);
  // The same for the answer that opens a tunnel: what follows is no HTTP, and the connection (or stream) ends with it.
  Result<> begin_tunnel(const http::ResponseHead& head);
  // `headroom`: of the piece, see wire::BodySource.
  async::Soon<Result<>> write_relayed(std::span<char> headroom, std::string_view piece);
  async::Soon<Result<>> flush_relayed();
  async::Soon<Result<>> finish_relayed();

  // Where the answer comes from while it does, null otherwise: what cut() and the client's departure end.
  void set_source(wire::ClientStream* stream) { source_ = stream; }
  void abort_source() {
    if (source_ != nullptr) source_->abort();
  }
  // Ends the exchange from outside, at once and in both directions; for an answer that has begun.
  void cut(std::string why);
  bool was_cut() const { return was_cut_; }
  // Has the client send the request again by HTTP/1.1, in place of an answer; only for one that came by HTTP/2.
  void require_http_1_1();
  // The client has gone before there was an answer; nothing is written. Logged with status 499, as nginx does.
  void abandon(std::string why);

  // Has finish_relayed() ended well?
  void set_answered(bool whole) { response_done_ = whole; }

  bool response_begun() const { return response_begun_; }
  // The answer has begun and will never be whole: the client must not take the end of the connection for its end.
  bool is_cut_short() const { return response_begun_ && !response_done_; }
  // After the answer: may the connection carry another request?
  bool can_go_on() const;
  // It may not, whatever happens: nobody knows where the next request would begin. A stream of HTTP/2 has an end of its
  // own, so that this is no reason to end the connection; ServerStream::close_connection_after() does.
  void close_afterwards() { close_ = true; }

  // Why there was an error page, or why the answer was cut short; empty if all went well. For the event log.
  const std::string& failure() const { return failure_; }
  Side failed_side() const { return failed_side_; }
  void note_failure(std::string why, Side side) {
    if (was_cut_) return;
    failure_ = std::move(why);
    failed_side_ = side;
  }

  // A line for the audit log with what the exchange knows of it; its views point into the exchange.
  log::AuditRecord audit_record(std::string_view event, std::string_view action, log::Outcome outcome) const;
  // What the request log will say; the views in it point into the exchange or into what lives as long.
  log::RequestRecord& record() { return record_; }
  int status() const { return record_.status; }
  void set_user(std::string user);
  void set_junction(std::string name) { junction_ = std::move(name); }
  void set_upstream(std::string server) { upstream_ = std::move(server); }
  // Fills in what is known at the end, and writes the line.
  void write_log(log::Logs& logs);
  TimePoint started() const { return started_; }

 private:
  bool client_takes_html() const;
  void add_own_headers(http::ResponseHead& head);
  async::Soon<Result<>> paced(async::Soon<Result<>> sending);
  async::Task<Result<>> wait_paced(async::Soon<Result<>> sending);

  wire::ServerStream& stream_;
  http::RequestHead head_;
  const ClientFacts& client_;
  const ExchangeOptions& options_;
  const ErrorPageSource& error_pages_;
  const std::string id_;
  const async::EventLoop& loop_;
  const TimePoint started_;
  std::optional<wire::MemoryBody> replaced_;
  wire::Pace pace_;
  wire::Pace send_pace_;
  bool expects_continue_ = false;
  bool keep_alive_ = true;
  bool close_ = false;
  wire::ClientStream* source_ = nullptr;
  bool was_cut_ = false;
  bool response_begun_ = false;
  bool response_done_ = false;
  std::vector<std::pair<std::string, std::string>> extra_headers_;
  log::RequestRecord record_;
  std::string failure_;
  Side failed_side_ = Side::self;
  std::string user_;
  std::string junction_;
  std::string upstream_;
  std::string logged_method_;  // of the request that came, if another one was put in its place
  std::string logged_target_;
};

}  // namespace sallyport::exchange
