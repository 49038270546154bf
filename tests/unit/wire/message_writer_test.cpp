#include "wire/message_writer.hpp"

#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using namespace std::chrono_literals;

namespace {

using Kind = http::Framing::Kind;

struct Written {
  std::vector<Errc> errors;
  bool ended = false;
};

// Writes a head, the pieces and the end; "" among the pieces means: flush.
async::Task<> write_message(MessageWriter& writer, std::string head, http::Framing framing,
                            std::vector<std::string> pieces, Written& written, async::Deadline deadline) {
  writer.head_buffer(http::Framing()) += head;
  writer.begin_body(framing);
  for (const std::string& piece : pieces) {
    Result<> result;
    if (piece.empty()) {
      result = co_await writer.flush(deadline);
    } else {
      result = co_await writer.write(piece, deadline);
    }
    if (!result) written.errors.push_back(result.error().code);
  }
  const Result<> finished = co_await writer.finish(deadline);
  if (!finished) written.errors.push_back(finished.error().code);
  written.ended = true;
}

async::Task<> begin_events(MessageWriter& writer, async::Deadline deadline) {
  writer.head_buffer(http::Framing()) += "HEAD\r\n\r\n";
  writer.begin_body(http::Framing{Kind::chunked, 0});
  co_await writer.write("data: 1\n\n", deadline);
  co_await writer.flush(deadline);
}

async::Task<> finish_message(MessageWriter& writer, async::Deadline deadline) { co_await writer.finish(deadline); }

struct Fixture : WireFixture {
  explicit Fixture(std::size_t capacity = 65536) : WireFixture(capacity) {}
  MessageWriter writer{*near};
  Written written;

  void write(const http::Framing& framing, std::vector<std::string> pieces) {
    start(write_message(writer, "HEAD\r\n\r\n", framing, std::move(pieces), written, soon()));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_message_writer, Fixture)

BOOST_AUTO_TEST_CASE(trailers_follow_a_chunked_body_and_no_other) {
  for (const Kind kind : {Kind::chunked, Kind::until_close, Kind::none}) {
    http::Headers trailers;
    trailers.add("X-Sum", "7");
    trailers.add("bad name", "1");
    trailers.add("X-Bad", "1\r\n");
    writer.head_buffer(http::Framing());
    writer.begin_body(http::Framing{kind, 0});
    writer.add_trailers(trailers);
    start(finish_message(writer, soon()));
    BOOST_TEST(heard() == (kind == Kind::chunked ? "0\r\nX-Sum: 7\r\n\r\n" : ""));
  }
  write(http::Framing{Kind::chunked, 0}, {});  // they are not kept for the next one
  BOOST_TEST(heard() == "HEAD\r\n\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_message_without_body_is_its_head) {
  write(http::Framing(), {});
  BOOST_TEST(written.ended);
  BOOST_TEST(written.errors.empty());
  BOOST_TEST(writer.finished());
  BOOST_TEST(heard() == "HEAD\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_body_of_known_length_is_written_as_it_is) {
  write(http::Framing{Kind::length, 10}, {"hello", "world"});
  BOOST_TEST(written.errors.empty());
  BOOST_TEST(heard() == "HEAD\r\n\r\nhelloworld");
  BOOST_TEST(writer.sent() == 10u);
}

BOOST_AUTO_TEST_CASE(chunks_have_their_size_and_the_last_one_is_empty) {
  write(http::Framing{Kind::chunked, 0}, {"hello", std::string(17, 'x')});
  BOOST_TEST(heard() == "HEAD\r\n\r\n5\r\nhello\r\n11\r\nxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(large_and_small_pieces_keep_their_order) {
  std::string large(30000, 'L');
  write(http::Framing{Kind::chunked, 0}, {"a", large, "b", large, ""});
  std::string expected = "HEAD\r\n\r\n1\r\na\r\n7530\r\n" + large + "\r\n1\r\nb\r\n7530\r\n" + large + "\r\n0\r\n\r\n";
  BOOST_TEST((heard() == expected));
}

BOOST_AUTO_TEST_CASE(C5_more_than_announced_is_not_sent) {
  write(http::Framing{Kind::length, 5}, {"hello", "!"});
  BOOST_TEST(heard() == "HEAD\r\n\r\nhello");
  BOOST_TEST(written.errors.size() == 1u);
  BOOST_CHECK(written.errors.front() == Errc::internal);
}

BOOST_AUTO_TEST_CASE(C5_less_than_announced_is_no_end) {
  write(http::Framing{Kind::length, 5}, {"hell"});
  BOOST_TEST(written.errors.size() == 1u);
  BOOST_TEST(!writer.finished());
}

BOOST_AUTO_TEST_CASE(a_message_without_body_takes_none) {
  write(http::Framing(), {"x"});
  BOOST_TEST(written.errors.size() == 1u);
  BOOST_TEST(heard() == "HEAD\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_flush_hands_over_what_is_there) {
  start(begin_events(writer, soon()));
  BOOST_TEST(heard() == "HEAD\r\n\r\n9\r\ndata: 1\n\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(wire_a_writer_waits_for_a_reader_and_not_for_ever) {
  Fixture narrow(100);
  narrow.write(http::Framing{Kind::length, 1000}, {std::string(1000, 'x')});
  BOOST_TEST(!narrow.written.ended);
  std::string text;
  for (int i = 0; i < 3; ++i) {
    std::string buffer(100, '\0');
    const net::Attempt attempt = narrow.far->try_read(buffer);
    text.append(buffer, 0, attempt.bytes);
    narrow.loop.run_ready();
  }
  BOOST_TEST(text.size() == 300u);
  BOOST_TEST(!narrow.written.ended);
  narrow.advance(10s);
  BOOST_TEST(narrow.written.ended);
  BOOST_CHECK(narrow.written.errors.front() == Errc::timeout);
  BOOST_TEST(!narrow.writer.finished());
}
