#include "wire/h2_connection.hpp"

#include "unit/http/h2_client.hpp"
#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using http::H2Client;
using http::StreamId;
using namespace std::chrono_literals;

namespace {

// Answers each request with what `answer` has for its target: a body that is sent piece by piece, at the test's word.
class Service final : public H2Connection::Handler {
 public:
  struct Seen {
    std::string target;
    std::string body;
    Error body_error;
    Error send_error;
    std::size_t sent = 0;
    bool done = false;
  };
  std::vector<std::unique_ptr<Seen>> seen;
  std::size_t answer_bytes = 5;
  std::size_t piece_bytes = 16 * 1024;
  bool reads_body = true;
  async::Signal go;
  bool waits = false;

  async::Task<> serve(ServerStream& stream, http::RequestHead head, const http::Framing&) override {
    seen.push_back(std::make_unique<Seen>());
    Seen& mine = *seen.back();
    mine.target = head.target;
    Read read;
    if (reads_body) co_await read_whole(stream.body(), read, async::Deadline::never());
    mine.body = read.text;
    mine.body_error = read.error;
    while (waits) {
      const async::Outcome outcome = co_await go.wait(async::Deadline::never());
      if (outcome != async::Outcome::ready) co_return;
    }
    http::ResponseHead response;
    response.status = 200;
    const Result<> begun = stream.begin_response(response, http::Framing{http::Framing::Kind::chunked, 0});
    BOOST_TEST(begun.has_value());
    const std::string piece(piece_bytes, 'x');
    while (mine.sent < answer_bytes) {
      const std::size_t size = std::min(piece.size(), answer_bytes - mine.sent);
      const Result<> written = co_await stream.write(std::string_view(piece).substr(0, size), async::Deadline::never());
      if (!written) {
        mine.send_error = written.error();
        co_return;
      }
      mine.sent += size;
    }
    const Result<> finished = co_await stream.finish(async::Deadline::never());
    mine.done = finished.has_value();
  }

  async::Task<> refuse(ServerStream& stream, int status, std::string) override {
    http::ResponseHead response;
    response.status = status;
    const Result<> begun = stream.begin_response(response, http::Framing());
    BOOST_TEST(begun.has_value());
    co_await stream.finish(async::Deadline::never());
  }
};

async::Task<> run_it(H2Connection& connection, std::string& end) {
  std::string why = co_await connection.run();
  end = "ended: " + why;
}

struct Fixture : WireFixture {
  Service service;
  http::H2Limits limits;
  H2Connection::Timeouts timeouts;
  std::unique_ptr<H2Connection> connection;
  H2Client client;
  std::string end;

  Fixture() : WireFixture(1 << 20) {}
  ~Fixture() { tasks.cancel(), loop.run_ready(); }
  void begin() {
    connection = std::make_unique<H2Connection>(std::move(near), limits, timeouts, service);
    start(run_it(*connection, end));
  }
  void talk() {
    for (int round = 0; round < 100; ++round) {
      const std::string asked = client.output();
      if (!asked.empty()) say(asked);
      const std::string said = heard();
      client.receive(said);
      if (asked.empty() && said.empty()) break;
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_h2_connection, Fixture)

BOOST_AUTO_TEST_CASE(requests_are_served_side_by_side) {
  begin();
  service.waits = true;
  const StreamId one = client.request(H2Client::get("/1"));
  const StreamId two = client.request(H2Client::get("/2"));
  talk();
  BOOST_REQUIRE(service.seen.size() == 2u);
  BOOST_TEST(!client.seen[one].closed);
  service.waits = false;
  service.go.wake_all();
  talk();
  BOOST_TEST(client.seen[one].body == "xxxxx");
  BOOST_TEST(client.seen[two].body == "xxxxx");
  BOOST_TEST(client.seen[two].closed);
  BOOST_TEST(service.seen[1]->done);
  BOOST_TEST(end.empty());
}

BOOST_AUTO_TEST_CASE(a_body_larger_than_the_windows_arrives_whole) {
  limits.stream_window = 65535;
  limits.connection_window = 65535;
  begin();
  const std::string body(500000, 'b');
  const StreamId id = client.request(H2Client::get("/"), &body);
  talk();
  BOOST_TEST(service.seen.at(0)->body.size() == body.size());
  BOOST_TEST(client.seen[id].body == "xxxxx");
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_reads_stops_the_client_and_holds_up_no_other_request) {
  limits.stream_window = 65535;
  limits.connection_window = 65535;
  begin();
  service.reads_body = false;
  const std::string body(500000, 'b');
  const StreamId first = client.request(H2Client::get("/1"), &body);
  talk();
  BOOST_TEST(client.seen[first].body == "xxxxx");
  BOOST_TEST(client.seen[first].closed);
  service.reads_body = true;
  const std::string other(100000, 'c');
  const StreamId second = client.request(H2Client::get("/2"), &other);
  talk();
  BOOST_TEST(service.seen.at(1)->body.size() == other.size());
  BOOST_TEST(client.seen[second].closed);
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_nothing_stops_the_answer) {
  H2Client stingy(false);
  begin();
  service.answer_bytes = 10 << 20;
  stingy.request(H2Client::get("/"));
  say(stingy.output());
  stingy.receive(heard());
  say(stingy.output());
  BOOST_TEST(stingy.seen[1].body.size() == 65535u);
  BOOST_TEST(service.seen.at(0)->sent < 300000u);
  BOOST_TEST(!service.seen[0]->done);
}

BOOST_AUTO_TEST_CASE(who_resets_a_request_is_gone_for_those_who_serve_it) {
  struct Listener final : async::Ready {
    int told = 0;
    void run() override { ++told; }
  } listener;
  struct Told final : H2Connection::Handler {
    Listener& listener;
    bool there = false;
    Error error;
    explicit Told(Listener& l) : listener(l) {}
    async::Task<> serve(ServerStream& stream, http::RequestHead, const http::Framing&) override {
      there = stream.tell_when_gone(&listener);
      const Result<std::string_view> piece = co_await stream.body().next(async::Deadline::never());
      if (!piece) error = piece.error();
      stream.tell_when_gone(nullptr);
    }
    async::Task<> refuse(ServerStream&, int, std::string) override { co_return; }
  } handler(listener);
  connection = std::make_unique<H2Connection>(std::move(near), limits, H2Connection::Timeouts{}, handler);
  start(run_it(*connection, end));
  // A body that never comes.
  say(client.output());
  using namespace std::string_literals;
  say("\0\0\xe\x1\x4\0\0\0\x1"s + "\x82\x87\x84\x41\x9"s + "a.example");
  BOOST_TEST(handler.there);
  say("\0\0\x4\x3\0\0\0\0\x1\0\0\0\x8"s);  // RST_STREAM(CANCEL)
  BOOST_TEST(listener.told == 1);
  BOOST_CHECK(handler.error.code == Errc::closed);
}

BOOST_AUTO_TEST_CASE(a_head_that_cannot_be_taken_is_answered) {
  limits.head.max_start_line = 10;
  begin();
  const StreamId id = client.request(H2Client::get("/" + std::string(20, 'a')));
  talk();
  BOOST_TEST(client.seen[id].field(":status") == "414");
  BOOST_TEST(client.seen[id].closed);
}

BOOST_AUTO_TEST_CASE(draining_answers_what_is_under_way_and_ends) {
  begin();
  service.waits = true;
  const StreamId id = client.request(H2Client::get("/1"));
  talk();
  connection->drain();
  talk();
  BOOST_REQUIRE(client.goaways.size() == 1u);
  BOOST_TEST(client.last_stream_of_goaway == id);
  BOOST_TEST(end.empty());
  service.waits = false;
  service.go.wake_all();
  talk();
  BOOST_TEST(client.seen[id].body == "xxxxx");
  BOOST_TEST(peer_sees_end());
  BOOST_TEST(end.empty());  // until the client has seen it, so that nothing is lost
  hang_up();
  BOOST_TEST(end == "ended: ");
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_hang_up_is_not_waited_for) {
  begin();
  client.request(H2Client::get("/1"));
  talk();
  connection->drain();
  talk();
  BOOST_TEST(peer_sees_end());
  advance(3s);
  BOOST_TEST(end == "ended: ");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_connection_ends_it_without_another_byte) {
  using namespace std::string_literals;
  begin();
  client.request(H2Client::get("/1"));
  talk();
  say("\0\0\x8\x6\0\0\0\0\x1"s + "12345678");  // PING on a stream
  talk();
  BOOST_TEST(client.goaways.size() == 1u);
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(D1_what_is_taken_back_in_the_same_breath_is_not_served) {
  begin();
  const StreamId id = client.request(H2Client::get("/1"));
  std::string bytes = client.output();
  nghttp2_submit_rst_stream(client.raw(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  bytes += client.output();
  say(bytes);
  BOOST_TEST(service.seen.empty());
  client.request(H2Client::get("/2"));
  talk();
  BOOST_TEST(service.seen.size() == 1u);
}

BOOST_AUTO_TEST_CASE(without_a_time_for_idleness_an_answer_is_waited_for_in_peace) {
  timeouts.idle = 0s;
  begin();
  service.waits = true;
  const StreamId id = client.request(H2Client::get("/1"));
  talk();
  advance(10s);
  service.waits = false;
  service.go.wake_all();
  talk();
  BOOST_TEST(client.seen[id].body == "xxxxx");
  advance(1s);
  talk();
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_ends_with_goaway) {
  begin();
  client.request(H2Client::get("/1"));
  talk();
  advance(59s);
  BOOST_TEST(end.empty());
  advance(2s);
  talk();
  BOOST_TEST(client.goaways.size() == 1u);
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(D1_the_cost_of_requests_that_were_reset_is_bounded_too) {
  limits.max_concurrent_streams = 10;
  begin();
  service.waits = true;  // for ever: as back ends that take their time
  for (int i = 0; i < 40; ++i) {
    const StreamId id = client.request(H2Client::get("/"));
    say(client.output());
    nghttp2_submit_rst_stream(client.raw(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    say(client.output());
    client.receive(heard());
  }
  BOOST_TEST(service.seen.size() <= 20u);
}

BOOST_AUTO_TEST_CASE(what_is_no_http_2_ends_the_connection_and_says_why) {
  begin();
  say("GET / HTTP/1.1\r\n\r\n");
  heard();
  hang_up();
  BOOST_TEST(end.starts_with("ended: "));
  BOOST_TEST(end.size() > std::string("ended: ").size());
}

BOOST_AUTO_TEST_SUITE_END()
