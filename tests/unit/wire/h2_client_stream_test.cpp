#include "wire/h2_client_stream.hpp"

#include "unit/http/h2_server.hpp"
#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using namespace std::chrono_literals;
using http::StreamId;

namespace {

struct Asked {
  std::vector<int> statuses;
  std::string body;
  std::string trailer;
  Error error;
  bool done = false;
};

// One whole exchange; `pieces` of a body are sent first.
async::Task<> ask(H2ClientStream& stream, std::vector<std::string> pieces, Asked& asked, async::Deadline deadline) {
  http::Headers headers;
  headers.add("Host", "a.example");
  http::Framing framing;
  if (!pieces.empty()) framing.kind = http::Framing::Kind::chunked;
  Result<> sent = stream.begin_request("POST", "/x", headers, framing);
  for (const std::string& piece : pieces) {
    if (sent) sent = co_await stream.write(piece, deadline);
  }
  if (sent) sent = co_await stream.finish(deadline);
  if (!sent) asked.error = sent.error();
  while (sent) {
    const Result<http::ResponseHead> head = co_await stream.read_head(deadline);
    if (!head) {
      asked.error = head.error();
      break;
    }
    asked.statuses.push_back(head->status);
    if (head->status < 200) continue;
    const Result<BodySource*> body = stream.begin_body(*head, "POST");
    if (!body) {
      asked.error = body.error();
      break;
    }
    Read read;
    co_await read_whole(**body, read, deadline);
    asked.body = read.text;
    asked.error = read.error;
    asked.trailer = (*body)->trailers().find("x-sum").value_or("");
    break;
  }
  asked.done = true;
}

struct Fixture : WireFixture {
  Fixture() : WireFixture(1 << 20) {
    limits.stream_window = 100'000;
    connection = std::make_shared<H2ClientConnection>(std::move(near), limits, "https", 60s, loop);
    start(H2ClientConnection::run(connection));
  }
  void talk() {
    for (;;) {
      const std::string out = heard();
      server.receive(out);
      const std::string back = server.output();
      if (out.empty() && back.empty()) return;
      say(back);
    }
  }
  std::unique_ptr<H2ClientStream> open() { return std::make_unique<H2ClientStream>(connection); }
  void begin(H2ClientStream& stream, Asked& asked, std::vector<std::string> pieces = {}) {
    start(ask(stream, std::move(pieces), asked, loop.in(60s)));
  }

  http::H2Limits limits;
  http::H2Server server;
  std::shared_ptr<H2ClientConnection> connection;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_h2_client_stream, Fixture)

BOOST_AUTO_TEST_CASE(requests_go_side_by_side) {
  talk();
  const auto one = open();
  const auto two = open();
  Asked first;
  Asked second;
  begin(*one, first);
  begin(*two, second, {"some", "thing"});
  talk();
  BOOST_TEST(server.seen[3].body == "something");
  BOOST_TEST(server.seen[3].field(":authority") == "a.example");
  server.answer(3, "two");
  talk();
  BOOST_TEST(second.body == "two");
  BOOST_TEST(!first.done);
  server.head(1, {{":status", "103"}});
  server.head(1, {{":status", "200"}});
  server.data(1, "one", false);
  talk();
  server.head(1, {{"x-sum", "7"}}, true);
  talk();
  BOOST_TEST(first.statuses == (std::vector<int>{103, 200}), boost::test_tools::per_element());
  BOOST_TEST(first.body == "one");
  BOOST_TEST(first.trailer == "7");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_all_head_has_no_body) {
  talk();
  const auto stream = open();
  Asked asked;
  begin(*stream, asked);
  talk();
  server.head(1, {{":status", "200"}, {"grpc-status", "12"}}, true);
  talk();
  BOOST_TEST(asked.done);
  BOOST_TEST(asked.body.empty());
  BOOST_TEST(asked.error.detail.empty());
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_takes_stops_the_server) {
  talk();
  const auto slow = open();
  http::Headers headers;
  headers.add("Host", "a");
  BOOST_TEST(slow->begin_request("GET", "/", headers, http::Framing()).has_value());
  talk();
  server.answer(1, std::string(1'000'000, 's'));
  talk();
  const auto other = open();
  Asked asked;
  begin(*other, asked);
  talk();
  server.answer(3, std::string(500'000, 'f'));
  talk();
  BOOST_TEST(asked.body.size() == 500'000u);
}

BOOST_AUTO_TEST_CASE(a_server_that_takes_nothing_stops_the_request_until_its_deadline) {
  http::H2Server stingy({}, false);
  const auto stream = open();
  Asked asked;
  begin(*stream, asked, {std::string(60'000, 'a'), std::string(60'000, 'b'), std::string(60'000, 'c')});
  stingy.receive(heard());
  say(stingy.output());
  stingy.receive(heard());
  BOOST_TEST(stingy.seen[1].body.size() == 65535u);
  BOOST_TEST(!asked.done);
  advance(61s);
  BOOST_CHECK(asked.error.code == Errc::timeout);
}

BOOST_AUTO_TEST_CASE(who_lets_go_of_a_stream_resets_it) {
  talk();
  auto stream = open();
  http::Headers headers;
  headers.add("Host", "a");
  BOOST_TEST(stream->begin_request("GET", "/", headers, http::Framing()).has_value());
  talk();
  stream.reset();
  talk();
  BOOST_TEST(server.seen[1].error == static_cast<std::uint32_t>(http::H2Error::cancel));
  BOOST_TEST(connection->is_idle());
  BOOST_TEST(connection->has_room());
}

BOOST_AUTO_TEST_CASE(abort_ends_those_who_wait_and_tells_the_server) {
  talk();
  const auto stream = open();
  Asked asked;
  begin(*stream, asked);
  talk();
  stream->abort();
  talk();
  BOOST_CHECK(asked.error.code == Errc::closed);
  BOOST_TEST(server.seen[1].error == static_cast<std::uint32_t>(http::H2Error::cancel));
}

BOOST_AUTO_TEST_CASE(a_connection_that_dies_ends_its_streams) {
  talk();
  const auto one = open();
  const auto two = open();
  Asked first;
  Asked second;
  begin(*one, first);
  begin(*two, second);
  talk();
  server.head(1, {{":status", "200"}});
  server.data(1, "half", false);
  talk();
  hang_up();
  BOOST_CHECK(first.error.code == Errc::closed);
  BOOST_CHECK(second.error.code == Errc::closed);
  BOOST_TEST(one->answer_begun());
  BOOST_TEST(!two->answer_begun());
  BOOST_TEST(connection->is_over());
  BOOST_TEST(!connection->has_room());
  // It is gone for who owns it; the streams still have what they need.
  connection.reset();
  one->abort();
}

BOOST_AUTO_TEST_CASE(a_request_behind_goaway_is_refused) {
  talk();
  const auto early = open();
  const auto late = open();
  Asked first;
  begin(*early, first);
  talk();
  nghttp2_submit_goaway(server.raw(), NGHTTP2_FLAG_NONE, 1, NGHTTP2_NO_ERROR, nullptr, 0);
  talk();
  Asked second;
  begin(*late, second);
  BOOST_TEST(second.done);
  BOOST_TEST(late->was_refused());
  BOOST_TEST(!connection->has_room());
  server.answer(1);
  talk();
  BOOST_TEST(first.body == "ok");
}

BOOST_AUTO_TEST_CASE(a_spent_connection_ends_with_its_last_stream) {
  talk();
  auto stream = open();
  Asked asked;
  begin(*stream, asked);
  talk();
  connection->drain();
  talk();
  BOOST_TEST(!connection->is_over());
  server.answer(1);
  talk();
  BOOST_TEST(asked.body == "ok");
  stream.reset();
  talk();
  BOOST_TEST(connection->is_over());
  BOOST_TEST(server.goaways.size() == 1u);
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(what_has_come_to_an_idle_connection_is_seen_before_it_is_used) {
  talk();
  BOOST_TEST(connection->has_room());
  far->shut_write();  // the loop has not turned since
  BOOST_TEST(!connection->has_room());
  loop.run_ready();
  BOOST_TEST(connection->is_over());
}

BOOST_AUTO_TEST_CASE(an_upgrade_is_refused_where_the_server_has_not_offered_it) {
  talk();
  const auto stream = open();
  const Result<> begun = stream->begin_upgrade("websocket", "GET", "/", http::Headers());
  BOOST_REQUIRE(!begun.has_value());
  BOOST_CHECK(begun.error().code == Errc::unsupported);
}

BOOST_AUTO_TEST_SUITE_END()
