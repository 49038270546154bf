// The client's side of an HTTP/2 connection, whose server says anything: what is delivered passes the rules of HTTP/1,
// bodies are as long as announced, what is kept is bounded by the windows, what goes out by what came in.
#include <map>

#include "check.hpp"
#include "h2_output.hpp"
#include "http/h1_parser.hpp"
#include "http/h1_renderer.hpp"
#include "http/h2_client_session.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

constexpr std::size_t kRequests = 3;
constexpr std::size_t kMostOutput = 4096;
constexpr std::size_t kMostOutputPerByte = 64;
constexpr std::uint32_t kWindow = 1000;
// The server's, and that it has taken ours: until it says so its streams have the window of 65535 bytes that they begin
// with (RFC 9113 section 6.9.2).
constexpr std::string_view kSettings("\0\0\0\4\0\0\0\0\0" "\0\0\0\4\1\0\0\0\0", 18);

void check_head(const ResponseHead& head) {
  std::string bytes;
  fuzz::check(render_response_head(head, bytes).has_value(), "it can be written as HTTP/1");
  ResponseParser parser;
  const auto fed = parser.feed(bytes);
  fuzz::check(fed && parser.complete() && *fed == bytes.size(), "HTTP/1 takes it, and nothing is left over");
  const ResponseHead again = parser.take();
  fuzz::check(again.status == head.status && fuzz::text_of(again.headers) == fuzz::text_of(head.headers),
              "as HTTP/1 it is the same");
  fuzz::check(head.status != 101, "nothing is switched to");
  for (const Field field : head.headers) fuzz::check(!is_connection_specific(field.name), "no field of a connection");
}

class Watcher final : public H2ClientSession::Events {
 public:
  struct Answer {
    bool final_head = false;
    bool ended = false;
    bool closed = false;
    bool is_announced = false;
    std::uint64_t announced = 0;
    std::uint64_t received = 0;
    std::size_t kept = 0;
    bool exceeds_window = false;
  };
  std::size_t fed = 0;  // how much is being received at once
  std::map<StreamId, Answer> answers;

  void on_head(StreamId id, ResponseHead head, bool ended) override {
    Answer& answer = open(id);
    check(!answer.final_head && !answer.ended, "one final head");
    check_head(head);
    answer.ended = ended;
    if (head.status < 200) return;
    answer.final_head = true;
    const auto framing = decide_h2_framing(head, "GET", ended);
    if (!framing) return;
    answer.is_announced = framing->kind == Framing::Kind::length;
    answer.announced = framing->length;
  }
  void on_body(StreamId id, std::string_view piece) override {
    Answer& answer = open(id);
    check(answer.final_head && !answer.ended, "a body stands behind its head");
    answer.received += piece.size();
    answer.kept += piece.size();
    // nghttp2 breaks off a stream that exceeds its window, and hands out what has come with that all the same.
    check(answer.kept <= kWindow + fed, "no more than the window and what came at once");
    answer.exceeds_window = answer.exceeds_window || answer.kept > kWindow;
    check(!answer.is_announced || answer.received <= answer.announced, "no more than was announced");
  }
  void on_body_end(StreamId id, Headers trailers) override {
    Answer& answer = open(id);
    check(answer.final_head && !answer.ended, "one end");
    check(!answer.is_announced || answer.received == answer.announced, "as much as was announced");
    for (const Field field : trailers) check(!field.name.starts_with(':'), "no pseudo-field behind a body");
    answer.ended = true;
  }
  void on_sent(StreamId) override {}
  void on_closed(StreamId id, H2Ending) override { open(id).closed = true; }

 private:
  Answer& open(StreamId id) {
    const auto found = answers.find(id);
    check(found != answers.end() && !found->second.closed, "only of streams that are open");
    return found->second;
  }
  static void check(bool holds, const char* what) { fuzz::check(holds, what); }
};

H2Limits small_limits() {
  H2Limits limits;
  limits.head.max_head = 500;
  limits.head.max_field_count = 8;
  limits.stream_window = kWindow;
  limits.idle_frame_burst = 20;
  return limits;
}

}  // namespace

FUZZ_TARGET(h2_client_session) {
  std::string input(fuzz::text_of(data, size));
  if (input.starts_with(kSettings)) input.erase(0, kSettings.size());
  Watcher watcher;
  H2ClientSession session(small_limits(), watcher);
  Headers headers;
  headers.add("X-A", "1");
  for (std::size_t i = 0; i < kRequests; ++i) {
    const auto id = session.request({"GET", "https", "a.example", "/", {}}, headers, i == 1);
    fuzz::check(id.has_value(), "a request is taken");
    watcher.answers[*id];
    if (i != 1) continue;
    session.send(*id, "hello");
    session.end_body(*id);
  }
  bool failed = false;
  std::size_t said = fuzz::take_output(session, failed);
  fuzz::check(session.receive(kSettings, TimePoint{std::chrono::hours(1)}).has_value(), "settings are taken");
  fuzz::Cuts cuts(input);
  TimePoint now{std::chrono::hours(1)};
  for (std::size_t at = 0; at < input.size() && !failed;) {
    const std::string_view piece = std::string_view(input).substr(at, 16 * cuts.next(input.size() - at));
    at += piece.size();
    watcher.fed = piece.size();
    failed = !session.receive(piece, now);
    for (auto& [id, answer] : watcher.answers) {
      if (answer.kept < kWindow / 2) continue;
      session.consumed(id, answer.kept);
      answer.kept = 0;
    }
    said += fuzz::take_output(session, failed);
    for (const auto& [id, answer] : watcher.answers) {
      fuzz::check(failed || !answer.exceeds_window || answer.closed, "who exceeds a window has lost the stream");
    }
    fuzz::check(session.stream_count() <= kRequests, "streams are ours");
    fuzz::check(said <= kMostOutput + kMostOutputPerByte * input.size(), "output is bounded by input");
    now += std::chrono::milliseconds(10);
  }
  if (failed) fuzz::check(!session.receive("more", now).has_value(), "an error stays");
  return 0;
}
