#include "wire/body.hpp"

#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using namespace std::chrono_literals;

namespace {

using Kind = http::Framing::Kind;

constexpr http::Framing of_length(std::uint64_t length) { return http::Framing{Kind::length, length}; }
constexpr http::Framing kChunked{Kind::chunked, 0};
constexpr http::Framing kUntilClose{Kind::until_close, 0};
constexpr std::string_view kChunks = "5;x=\"y;z\"\r\nhello\r\nB\r\n, the world\r\n00\r\nTrailer: 1\r\n\r\n";

struct Fixture : WireFixture {
  Input input{*near};
  Read read;

  async::Task<> reading(MessageBody& body) { return read_whole(body, read, soon()); }
  // What is there for the next message.
  std::string_view rest() {
    BOOST_REQUIRE(input.try_fill().has_value());
    return input.bytes();
  }
};

async::Task<> one_piece(MessageBody& from, std::string& into, async::Deadline deadline) {
  const Result<std::string_view> piece = co_await from.next(deadline);
  if (piece) into = *piece;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_body, Fixture)

BOOST_AUTO_TEST_CASE(a_body_of_known_length_ends_there_and_leaves_the_rest) {
  MessageBody body(input, of_length(5), Side::client);
  start(reading(body));
  BOOST_TEST(!read.ended);
  BOOST_TEST(!body.all_arrived());
  say("hel");
  say("loGET /");
  BOOST_TEST(read.ended);
  BOOST_TEST(read.error.detail == "");
  BOOST_TEST(read.text == "hello");
  BOOST_TEST(body.done());
  BOOST_TEST(body.received() == 5u);
  BOOST_TEST(input.bytes() == "GET /");
}

BOOST_AUTO_TEST_CASE(no_body_and_an_empty_one_are_over_at_once) {
  for (const auto& framing : {http::Framing(), of_length(0)}) {
    Read none;
    MessageBody body(input, framing, Side::client);
    BOOST_TEST(body.done());
    BOOST_TEST(!body.would_wait());
    start(read_whole(body, none, soon()));
    BOOST_TEST(none.ended);
    BOOST_TEST(none.pieces == 0u);
  }
}

BOOST_AUTO_TEST_CASE(after_the_end_comes_the_end_again) {
  MessageBody body(input, of_length(2), Side::client);
  say("ab");
  start(reading(body));
  start(reading(body));
  BOOST_TEST(read.text == "ab");
}

BOOST_AUTO_TEST_CASE(C4_chunks_split_at_every_byte_are_the_same_body) {
  const std::string all = std::string(kChunks) + "NEXT";
  for (std::size_t first = 0; first <= kChunks.size(); ++first) {
    for (std::size_t second = first; second <= kChunks.size(); second += 7) {
      Fixture one;
      MessageBody body(one.input, kChunked, Side::client);
      one.start(one.reading(body));
      one.say(std::string_view(all).substr(0, first));
      one.say(std::string_view(all).substr(first, second - first));
      one.say(std::string_view(all).substr(second));
      BOOST_TEST_REQUIRE(one.read.ended);
      BOOST_TEST(one.read.error.detail == "");
      BOOST_TEST(one.read.text == "hello, the world");
      BOOST_TEST(one.rest() == "NEXT");
      BOOST_TEST(body.done());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_length_split_at_every_byte_is_the_same_body) {
  const std::string all = "0123456789NEXT";
  for (std::size_t at = 0; at <= all.size(); ++at) {
    Fixture one;
    MessageBody body(one.input, of_length(10), Side::client);
    one.start(one.reading(body));
    one.say(std::string_view(all).substr(0, at));
    one.say(std::string_view(all).substr(at));
    BOOST_TEST_REQUIRE(one.read.ended);
    BOOST_TEST(one.read.text == "0123456789");
    BOOST_TEST(one.rest() == "NEXT");
  }
}

BOOST_AUTO_TEST_CASE(until_close_everything_is_body) {
  MessageBody body(input, kUntilClose, Side::upstream);
  start(reading(body));
  say("abc");
  say("\r\n0\r\n\r\n");
  BOOST_TEST(!read.ended);
  hang_up();
  BOOST_TEST(read.ended);
  BOOST_TEST(read.error.detail == "");
  BOOST_TEST(read.text == "abc\r\n0\r\n\r\n");
  BOOST_TEST(body.done());
}

BOOST_AUTO_TEST_CASE(C9_a_connection_that_ends_in_the_body_is_an_error_of_that_side) {
  for (const auto& [framing, sent] : {std::pair(of_length(5), "hell"), std::pair(kChunked, "5\r\nhello\r\n")}) {
    Fixture one;
    MessageBody body(one.input, framing, Side::upstream);
    one.start(one.reading(body));
    one.say(sent);
    one.hang_up();
    BOOST_TEST_REQUIRE(one.read.ended);
    BOOST_CHECK(one.read.error.code == Errc::closed);
    BOOST_CHECK(one.read.error.side == Side::upstream);
    BOOST_TEST(!body.done());
  }
}

BOOST_AUTO_TEST_CASE(C4_broken_chunks_are_malformed_and_stay_so) {
  MessageBody body(input, kChunked, Side::client);
  start(reading(body));
  say("5\r\nhello\r\nzz\r\n");
  BOOST_TEST(read.text == "hello");
  BOOST_CHECK(read.error.code == Errc::malformed);
  BOOST_CHECK(read.error.side == Side::client);
  Read again;
  start(read_whole(body, again, soon()));
  BOOST_CHECK(again.error.code == Errc::malformed);
  BOOST_TEST(!body.done());
}

BOOST_AUTO_TEST_CASE(D2_a_sender_that_stops_meets_the_deadline) {
  MessageBody body(input, of_length(5), Side::client);
  start(reading(body));
  say("he");
  advance(9s);
  BOOST_TEST(!read.ended);
  advance(1s);
  BOOST_TEST(read.ended);
  BOOST_CHECK(read.error.code == Errc::timeout);
  BOOST_CHECK(read.error.side == Side::client);
}

BOOST_AUTO_TEST_CASE(the_framing_behind_a_chunk_is_nothing_to_hold_it_back_for) {
  MessageBody body(input, kChunked, Side::upstream);
  say("5\r\nhello\r\n");
  std::string piece;
  start(one_piece(body, piece, soon()));
  BOOST_TEST(piece == "hello");
  BOOST_TEST(body.would_wait());
  BOOST_TEST(body.would_wait());
  say("2\r\nab\r\n0\r\n\r\n");
  start(one_piece(body, piece, soon()));
  BOOST_TEST(piece == "ab");
  BOOST_TEST(!body.would_wait());
  BOOST_TEST(body.done());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_there_is_not_waited_for) {
  MessageBody body(input, of_length(3), Side::client);
  BOOST_TEST(body.would_wait());
  say("abc");
  start(reading(body));
  BOOST_TEST(!body.would_wait());
  BOOST_TEST(body.all_arrived());
}

BOOST_AUTO_TEST_CASE(a_body_in_memory_is_one_piece) {
  MemoryBody body("text");
  BOOST_CHECK(body.framing() == of_length(4));
  BOOST_TEST(!body.done());
  start(read_whole(body, read, soon()));
  BOOST_TEST(read.text == "text");
  BOOST_TEST(read.pieces == 1u);
  BOOST_TEST(body.done());
  MemoryBody empty("");
  BOOST_TEST(empty.done());
  BOOST_CHECK(empty.framing() == http::Framing());
}

BOOST_AUTO_TEST_SUITE_END()
