#include "wire/client_connection.hpp"

#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using namespace std::chrono_literals;

namespace {

struct Answer {
  std::vector<int> statuses;
  Error error;
  bool ended = false;
};

async::Task<> ask(ClientConnection& connection, Answer& answer, async::Deadline deadline) {
  http::Headers headers;
  headers.add("Host", "a");
  if (!connection.begin_request("GET", "/x", headers, http::Framing())) co_return;
  co_await connection.finish(deadline);
  for (;;) {
    const Result<http::ResponseHead> head = co_await connection.read_head(deadline);
    if (!head) {
      answer.error = head.error();
      break;
    }
    answer.statuses.push_back(head->status);
    if (head->status >= 200) break;
  }
  answer.ended = true;
}

struct Fixture : WireFixture {
  ClientConnection connection{std::move(near), http::HeadLimits()};
  Answer answer;
  void ask_it() { start(ask(connection, answer, soon())); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_client_connection, Fixture)

BOOST_AUTO_TEST_CASE(a_request_goes_out_and_heads_come_in) {
  ask_it();
  BOOST_TEST(heard() == "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(!connection.answer_begun());
  say("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 20");
  BOOST_TEST(connection.answer_begun());
  BOOST_TEST(!answer.ended);
  say("0 OK\r\nContent-Length: 2\r\n\r\nok");
  BOOST_CHECK((answer.statuses == std::vector<int>{103, 200}));
  BOOST_TEST(connection.input().bytes() == "ok");
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_up_unheard_is_told_from_one_that_began) {
  ask_it();
  hang_up();
  BOOST_CHECK(answer.error.code == Errc::closed);
  BOOST_CHECK(answer.error.side == Side::upstream);
  BOOST_TEST(!connection.answer_begun());

  Fixture other;
  other.ask_it();
  other.say("HTTP/1.1 2");
  other.hang_up();
  BOOST_CHECK(other.answer.error.code == Errc::closed);
  BOOST_TEST(other.connection.answer_begun());
}

BOOST_AUTO_TEST_CASE(C9_what_is_no_response_is_malformed) {
  ask_it();
  say("SSH-2.0-x\r\n");
  BOOST_CHECK(answer.error.code == Errc::malformed);
  BOOST_CHECK(answer.error.side == Side::upstream);
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_meets_the_deadline) {
  ask_it();
  advance(10s);
  BOOST_CHECK(answer.error.code == Errc::timeout);
}

BOOST_AUTO_TEST_CASE(an_aborted_connection_ends_the_wait) {
  ask_it();
  connection.stream().abort();
  loop.run_ready();
  BOOST_TEST(answer.ended);
  BOOST_CHECK(answer.error.code == Errc::closed);
  heard();
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(C9_a_connection_is_quiet_until_something_comes_unasked) {
  BOOST_TEST(connection.is_quiet());
  BOOST_TEST(connection.is_quiet());
  say("x");
  BOOST_TEST(!connection.is_quiet());
  BOOST_TEST(!connection.is_quiet());
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_has_closed_is_not_quiet) {
  hang_up();
  BOOST_TEST(!connection.is_quiet());
  BOOST_TEST(!connection.is_quiet());
}

BOOST_AUTO_TEST_CASE(C9_bytes_behind_a_response_make_it_unquiet) {
  ask_it();
  say("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n");
  BOOST_TEST(answer.ended);
  BOOST_TEST(!connection.is_quiet());
}

BOOST_AUTO_TEST_CASE(a_request_that_cannot_be_rendered_is_not_begun) {
  http::Headers headers;
  headers.add("X", "a\nb");
  BOOST_TEST(!connection.begin_request("GET", "/x", headers, http::Framing()).has_value());
  BOOST_TEST(heard() == "");
}

BOOST_AUTO_TEST_SUITE_END()
