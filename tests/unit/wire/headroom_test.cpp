// What goes in front of a piece is written into the buffer that the piece is in.
#include "unit/wire/wire_fixture.hpp"
#include "wire/message_writer.hpp"

using namespace sallyport;
using namespace sallyport::wire;

namespace {

using Kind = http::Framing::Kind;

struct Passed {
  bool ended = false;
  std::size_t with_headroom = 0;
};

// As the relay does it: the pieces of one connection's body go out on another, behind a head of our own.
async::Task<> pass(MessageBody& body, MessageWriter& writer, std::string head, Passed& passed, async::Deadline deadline) {
  writer.head_buffer(body.framing()) += head;
  writer.begin_body(body.framing());
  for (;;) {
    const Result<std::string_view> piece = co_await body.next(deadline);
    if (!piece) co_return;
    if (piece->empty()) break;
    if (!body.headroom().empty()) ++passed.with_headroom;
    const Result<> written = co_await writer.write_behind(body.headroom(), *piece, deadline);
    if (!written) co_return;
  }
  const Result<> finished = co_await writer.finish(deadline);
  passed.ended = finished.has_value();
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

// From `from` to the writer over `to`.
struct Way {
  explicit Way(std::size_t capacity) : to(capacity) {}
  WireFixture from{1 << 20};
  WireFixture to;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_headroom)

BOOST_AUTO_TEST_CASE(a_body_arrives_whole_behind_a_head_of_any_size_and_leaves_what_follows_it) {
  for (const std::size_t capacity : {100u, 65536u}) {
    for (const std::size_t head_size : {1u, 20u, 1000u, 1200u, 5000u}) {
      for (const std::size_t body_size : {1u, 1000u, 20000u, 100000u}) {
        Way way(capacity);
        Input input(*way.from.near);
        MessageWriter writer(*way.to.near);
        const std::string text = pattern(body_size);
        const std::string head(head_size, '#');
        // As if a head had been taken from the input before.
        way.from.say("received " + text + "next");
        BOOST_REQUIRE(input.try_fill().has_value());
        input.consume(9);
        MessageBody body(input, http::Framing{Kind::length, body_size}, Side::upstream);
        Passed passed;
        const async::Deadline deadline = way.from.soon();
        way.from.start(pass(body, writer, head, passed, deadline));
        std::string heard;
        for (int i = 0; i < 5000 && !passed.ended; ++i) {
          way.to.loop.run_ready();
          way.from.loop.run_ready();
          heard += way.to.heard();
        }
        heard += way.to.heard();
        const bool is_right = heard == head + text;
        BOOST_TEST(is_right, "head " << head_size << ", body " << body_size << ", capacity " << capacity);
        BOOST_TEST(passed.with_headroom > 0u);
        BOOST_TEST(input.bytes() == "next");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(chunks_have_no_headroom_for_their_size_line_is_not_consumed) {
  WireFixture wire;
  Input input(*wire.near);
  wire.say("5\r\nhello\r\n0\r\n\r\n");
  MessageBody body(input, http::Framing{Kind::chunked, 0}, Side::upstream);
  auto piece = body.next(wire.soon());
  BOOST_TEST(!piece.is_ready());  // nothing has been read yet
  BOOST_REQUIRE(input.try_fill().has_value());
  auto now = body.next(wire.soon());
  BOOST_REQUIRE(now.is_ready());
  BOOST_TEST(now.value().value() == "hello");
  BOOST_TEST(body.headroom().empty());
}

BOOST_AUTO_TEST_SUITE_END()
