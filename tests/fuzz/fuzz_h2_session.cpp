// The server's side of an HTTP/2 connection, with somebody who answers each request at once: what is delivered passes the
// rules of HTTP/1, bodies are as long as announced, what goes out is bounded by what came in.
#include <map>

#include "check.hpp"
#include "h2_output.hpp"
#include "http/chars.hpp"
#include "http/h1_parser.hpp"
#include "http/h1_renderer.hpp"
#include "http/h2_session.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kAnswer = "hello";
// SETTINGS, WINDOW_UPDATE, GOAWAY; an answer, or an acknowledgement, for a few bytes each.
constexpr std::size_t kMostOutput = 1024;
constexpr std::size_t kMostOutputPerByte = 64;

void check_head(const RequestHead& head) {
  std::string bytes;
  fuzz::check(render_request_head(head.method, head.target, head.headers, bytes).has_value(), "it can be written as HTTP/1");
  HeadLimits wide;
  wide.max_head *= 2;  // Host and the joined cookie are in it
  RequestParser parser(wide);
  const auto fed = parser.feed(bytes);
  fuzz::check(fed && parser.complete() && *fed == bytes.size(), "HTTP/1 takes it, and nothing is left over");
  const RequestHead again = parser.take();
  fuzz::check(again.method == head.method && again.target == head.target &&
            fuzz::text_of(again.headers) == fuzz::text_of(head.headers),
        "as HTTP/1 it is the same");
  fuzz::check(head.headers.count("Host") == 1, "one Host");
  for (const Field field : head.headers) fuzz::check(!is_connection_specific(field.name), "no field of a connection");
}

class Service final : public H2ServerSession::Events {
 public:
  struct Request {
    std::string head;
    std::string body;
    bool ended = false;
    bool closed = false;
    std::uint64_t announced = 0;
    bool is_announced = false;
  };
  std::map<StreamId, Request> requests;
  std::vector<StreamId> to_answer;
  std::map<StreamId, std::size_t> to_consume;
  H2ServerSession* session = nullptr;

  void on_request(StreamId id, RequestHead head, const Framing& framing) override {
    check(!requests.contains(id), "a stream is one request");
    check_head(head);
    Request& request = requests[id];
    request.head = head.method + " " + head.target + "\n" + fuzz::text_of(head.headers);
    request.ended = framing.kind == Framing::Kind::none && !head.asks_for_tunnel;
    request.is_announced = framing.kind == Framing::Kind::length;
    request.announced = framing.length;
    to_answer.push_back(id);
  }
  void on_refused(StreamId id, int status, std::string) override {
    check(!requests.contains(id), "a stream is one request");
    check(status >= 400 && status < 600, "refused by an error");
    requests[id].head = std::to_string(status);
    requests[id].ended = true;
    to_answer.push_back(id);
  }
  void on_body(StreamId id, std::string_view piece) override {
    to_consume[id] += piece.size();
    Request& request = requests[id];
    if (request.head.empty() || request.head.size() == 3) return;  // refused: nobody reads its body
    check(!request.ended && !request.closed, "no body behind its end");
    request.body += piece;
    check(!request.is_announced || request.body.size() <= request.announced, "no more than was announced");
  }
  void on_body_end(StreamId id, Headers) override {
    Request& request = requests[id];
    check(!request.closed, "no end behind the end");
    check(!request.is_announced || request.body.size() == request.announced, "as much as was announced");
    request.ended = true;
  }
  void on_sent(StreamId) override {}
  void on_shut_down_heard() override { session->shut_down(); }
  void on_closed(StreamId id, H2Error) override {
    check(!requests[id].closed, "closed once");
    requests[id].closed = true;
  }

 private:
  static void check(bool holds, const char* what) { fuzz::check(holds, what); }
};

H2Limits small_limits() {
  H2Limits limits;
  limits.head.max_start_line = 200;
  limits.head.max_head = 500;
  limits.head.max_field_count = 8;
  limits.stream_window = 1000;
  limits.idle_frame_burst = 20;
  limits.reset_burst = 5;
  return limits;
}

// Answers what has come; how much went out.
std::size_t answer(H2ServerSession& session, Service& service, bool& failed) {
  for (const StreamId id : service.to_answer) {
    ResponseHead head;
    head.status = 200;
    fuzz::check(session.respond(id, head, true).has_value(), "an answer is taken");
    session.send(id, kAnswer);
    session.end_body(id);
    if (!service.requests[id].ended) session.stop_after_answer(id);
  }
  service.to_answer.clear();
  for (const auto& [id, bytes] : service.to_consume) session.consumed(id, bytes);
  service.to_consume.clear();
  return fuzz::take_output(session, failed);
}

}  // namespace

FUZZ_TARGET(h2_session) {
  // The preface is given, so that nobody has to guess it.
  const std::string input = std::string(kPreface) + std::string(fuzz::text_of(data, size));
  Service service;
  H2ServerSession session(small_limits(), service);
  service.session = &session;
  if (size > 0 && data[size - 1] % 4 == 0) session.announce_shut_down();
  fuzz::Cuts cuts(input);
  TimePoint now{std::chrono::hours(1)};
  std::size_t said = 0;
  bool failed = false;
  for (std::size_t at = 0; at < input.size() && !failed;) {
    const std::string_view piece = std::string_view(input).substr(at, 16 * cuts.next(input.size() - at));
    at += piece.size();
    failed = !session.receive(piece, now);
    said += answer(session, service, failed);
    fuzz::check(session.stream_count() <= small_limits().max_concurrent_streams + 1, "streams are bounded");
    fuzz::check(said <= kMostOutput + kMostOutputPerByte * input.size(), "output is bounded by input");
    now += std::chrono::milliseconds(10);
  }
  if (failed) fuzz::check(!session.receive("more", now).has_value(), "an error stays");
  return 0;
}
