#include "wire/server_connection.hpp"

#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using namespace std::chrono_literals;

namespace {

struct Seen {
  std::vector<std::string> targets;
  std::vector<std::string> bodies;
  bool ended = false;
  int status = 0;
  Error error;
};

// Reads requests with their bodies, and answers them, until there are no more.
async::Task<> serve(ServerConnection& connection, Seen& seen) {
  const async::Context here = co_await async::CurrentContext();
  for (;;) {
    tl::expected<http::RequestHead, NoRequest> head =
        co_await connection.read_request(here.loop->in(5s), std::chrono::seconds(3));
    if (!head) {
      seen.status = head.error().status;
      seen.error = head.error().error;
      break;
    }
    seen.targets.push_back(head->target);
    MessageBody body(connection.input(), http::decide_framing(*head).value(), Side::client);
    Read read;
    co_await read_whole(body, read, here.loop->in(5s));
    seen.bodies.push_back(read.text);
    http::ResponseHead response;
    response.status = 204;
    if (!connection.begin_response(response, http::Framing())) break;
    const Result<> finished = co_await connection.writer().finish(here.loop->in(5s));
    if (!finished) break;
  }
  seen.ended = true;
}

async::Task<> send_interim(ServerConnection& connection, http::ResponseHead head, async::Deadline deadline) {
  co_await connection.send_interim(std::move(head), deadline);
}

struct Fixture : WireFixture {
  ServerConnection connection{std::move(near), http::HeadLimits()};
  Seen seen;
  Fixture() { start(serve(connection, seen)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_server_connection, Fixture)

BOOST_AUTO_TEST_CASE(pipelined_requests_are_read_one_after_the_other) {
  const std::string requests =
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
      "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
      "\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n";
  say(requests);
  BOOST_CHECK((seen.targets == std::vector<std::string>{"/1", "/2", "/3", "/4"}));
  BOOST_CHECK((seen.bodies == std::vector<std::string>{"", "hello", "abc", ""}));
  BOOST_TEST(connection.is_idle());
  BOOST_TEST(heard().find("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204") == 0u);
}

BOOST_AUTO_TEST_CASE(a_request_in_single_bytes_is_the_same_request) {
  for (const char byte : std::string_view("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")) {
    say(std::string_view(&byte, 1));
  }
  BOOST_CHECK((seen.targets == std::vector<std::string>{"/x"}));
  BOOST_CHECK((seen.bodies == std::vector<std::string>{"abc"}));
}

BOOST_AUTO_TEST_CASE(D2_a_slow_head_is_408_however_often_a_byte_comes) {
  say("G");
  for (int i = 0; i < 2; ++i) {
    advance(1s);
    say("E");
    BOOST_TEST(!seen.ended);
  }
  BOOST_TEST(!connection.is_idle());
  advance(1s);
  BOOST_TEST(seen.ended);
  BOOST_TEST(seen.status == 408);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_ends_without_an_answer) {
  BOOST_TEST(connection.is_idle());
  advance(4s);
  BOOST_TEST(!seen.ended);
  advance(1s);
  BOOST_TEST(seen.ended);
  BOOST_TEST(seen.status == 0);
  BOOST_CHECK(seen.error.code == Errc::timeout);
}

BOOST_AUTO_TEST_CASE(the_time_for_a_head_begins_with_its_first_byte) {
  advance(4s);
  say("GET / HT");
  advance(2s);
  say("TP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(seen.targets.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_that_hangs_up_is_answered_nothing) {
  say("GET / HTTP/1.1\r\nHo");
  hang_up();
  BOOST_TEST(seen.ended);
  BOOST_TEST(seen.status == 0);
  BOOST_CHECK(seen.error.code == Errc::closed);
}

BOOST_AUTO_TEST_CASE(C4_what_is_no_request_has_the_status_for_it) {
  say("GET / HTTP/1.1\r\nHost: a\r\nbad line\r\n\r\n");
  BOOST_TEST(seen.ended);
  BOOST_TEST(seen.status == 400);
}

BOOST_AUTO_TEST_CASE(an_interim_response_goes_out_at_once) {
  http::ResponseHead head;
  head.status = 100;
  start(send_interim(connection, head, soon()));
  BOOST_TEST(heard() == "HTTP/1.1 100 Continue\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(C11_a_head_that_cannot_be_rendered_is_not_begun) {
  http::ResponseHead head;
  head.status = 200;
  head.headers.add("X", "a\r\nY: b");
  BOOST_TEST(!connection.begin_response(head, http::Framing()).has_value());
  BOOST_TEST(heard() == "");
}

BOOST_AUTO_TEST_SUITE_END()
