#include "unit/wire/h2_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using http::H2Client;
using http::StreamId;
using namespace std::chrono_literals;

namespace {

// The frame, without an error. nghttp2's client hears nothing more after the first one if it has no stream open.
std::string goaway(StreamId last) {
  std::string frame("\0\0\x8\x7\0\0\0\0\0", 9);
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(last >> shift & 255);
  return frame + std::string(4, '\0');
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_h2_connection, H2Fixture)

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
  BOOST_REQUIRE(client.goaways.size() == 2u);
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

BOOST_AUTO_TEST_CASE(a_request_that_was_on_its_way_when_the_connection_drains_is_answered) {
  begin();
  client.request(H2Client::get("/1"));
  talk();
  connection->drain();
  loop.run_ready();
  using namespace std::string_literals;
  const std::string ping = "\0\0\x8\x6\0\0\0\0\0shutdown"s;
  BOOST_TEST(heard() == goaway(INT32_MAX) + ping);
  // Sent before the client heard of that.
  say("\0\0\xe\x1\x5\0\0\0\x3"s + "\x82\x87\x84\x41\x9"s + "a.example");
  BOOST_TEST(heard().find("xxxxx") != std::string::npos);
  BOOST_TEST(!peer_sees_end());
  say("\0\0\x8\x6\x1\0\0\0\0shutdown"s);
  BOOST_TEST(heard() == goaway(3));
  BOOST_REQUIRE(service.seen.size() == 2u);
  BOOST_TEST(service.seen[1]->done);
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_answer_the_first_goaway_gets_the_second_in_a_second) {
  begin();
  client.request(H2Client::get("/1"));
  talk();
  connection->drain();
  loop.run_ready();
  BOOST_TEST(heard().starts_with(goaway(INT32_MAX)));
  advance(999ms);
  BOOST_TEST(heard().empty());
  advance(1ms);
  BOOST_TEST(heard() == goaway(1));
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_hang_up_is_not_waited_for) {
  begin();
  client.request(H2Client::get("/1"));
  talk();
  connection->drain();
  talk();
  advance(1s);
  heard();
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
  BOOST_TEST(client.goaways.size() == 1u);
  advance(1s);
  heard();
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
  advance(1s);
  BOOST_TEST(heard() == goaway(1));
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
