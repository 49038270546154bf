#include "http/chunked.hpp"

#include <boost/test/unit_test.hpp>

#include "judge_request.hpp"

using namespace sallyport::http;

namespace {

struct Outcome {
  int status = 0;
  bool done = false;
  std::string payload;
  std::size_t consumed = 0;
  std::string trailers;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome decode(const std::vector<std::string_view>& pieces, const ChunkedLimits& limits = {}) {
  ChunkedDecoder decoder(limits);
  Outcome outcome;
  for (std::string_view piece : pieces) {
    while (!piece.empty() && !decoder.done()) {
      const auto step = decoder.step(piece);
      if (!step) return Outcome{step.error().status, false, "", 0, ""};
      outcome.payload += step->data;
      outcome.consumed += step->consumed;
      piece.remove_prefix(step->consumed);
    }
  }
  outcome.done = decoder.done();
  if (outcome.done) outcome.trailers = to_text(decoder.trailers());
  return outcome;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_chunked)

BOOST_AUTO_TEST_CASE(payload_comes_out_as_views_of_the_input) {
  const std::string_view input = "5\r\nhello\r\n6;x=\"y\"\r\n world\r\n000\r\nX-Sum: 1\r\n\r\nGET";
  ChunkedDecoder decoder;
  const auto step = decoder.step(input).value();
  BOOST_TEST(step.data == "hello");
  BOOST_TEST(static_cast<const void*>(step.data.data()) == static_cast<const void*>(input.data() + 3));
  BOOST_TEST(step.consumed == 8u);

  const Outcome whole = decode({input});
  BOOST_TEST(whole.done);
  BOOST_TEST(whole.payload == "hello world");
  BOOST_TEST(whole.consumed == input.size() - 3);
  BOOST_TEST(whole.trailers == "X-Sum: 1\n");
}

BOOST_AUTO_TEST_CASE(pieces_give_the_same_payload_as_the_whole_at_every_split_point) {
  const std::string_view input = "A\r\n0123456789\r\n1;e\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n";
  const Outcome whole = decode({input});
  BOOST_TEST(whole.payload == "0123456789x");
  for (std::size_t i = 0; i <= input.size(); ++i) {
    for (std::size_t k = i; k <= input.size(); ++k) {
      BOOST_TEST((decode({input.substr(0, i), input.substr(i, k - i), input.substr(k)}) == whole));
    }
  }
}

BOOST_AUTO_TEST_CASE(C4_sizes_have_an_end) {
  const auto size_is_taken = [](std::string_view size) { return decode({size, "\r\n"}).status == 0; };
  BOOST_TEST(size_is_taken("7fffffffffffffff"));
  BOOST_TEST(size_is_taken("7FFFFFFFFFFFFFFF"));
  BOOST_TEST(size_is_taken("0000000000000001"));
  BOOST_TEST(!size_is_taken("00000000000000001"));
  BOOST_TEST(!size_is_taken("8000000000000000"));
  BOOST_TEST(!size_is_taken("ffffffffffffffff"));
  BOOST_TEST(!size_is_taken("10000000000000000"));
}

BOOST_AUTO_TEST_CASE(C4_a_quoted_string_of_an_extension_ends_with_its_line) {
  // Others read on until the quote is closed, and find the end of the body elsewhere (Boost.Beast does).
  for (const char* const bad : {"0;a=\"\r\n\r\n", "0;a=\"b\\\"\r\n\r\n", "0;a=\"\\\r\n\r\n", "0;\"a\"\"\r\n\r\n"}) {
    ChunkedDecoder decoder;
    BOOST_TEST(!decoder.step(bad).has_value(), bad);
  }
  for (const char* const good :
       {"0;a=\"b\"\r\n\r\n", "0;a=\"b\\\"\"\r\n\r\n", "0;a=\\\r\n\r\n", "0;\"\";\"\"\r\n\r\n"}) {
    ChunkedDecoder decoder;
    const auto step = decoder.step(good);
    BOOST_REQUIRE_MESSAGE(step.has_value(), good);
    BOOST_TEST(decoder.done(), good);
  }
}

BOOST_AUTO_TEST_CASE(C4_extensions_of_all_chunks_together_have_a_limit) {
  ChunkedLimits limits;
  limits.max_extension_bytes = 10;
  BOOST_TEST(decode({"1;12345\r\nx\r\n1;12345\r\nx\r\n"}, limits).status == 0);
  BOOST_TEST(decode({"1;12345\r\nx\r\n1;123456\r\nx\r\n"}, limits).status == 400);
  BOOST_TEST(decode({"1;" + std::string(1 << 20, 'x')}).status == 400);
}

BOOST_AUTO_TEST_CASE(trailers_have_limits) {
  ChunkedLimits limits;
  limits.max_trailer_count = 2;
  BOOST_TEST(decode({"0\r\nA: b\r\nC: d\r\n\r\n"}, limits).done);
  BOOST_TEST(decode({"0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n"}, limits).status == 431);
  limits = ChunkedLimits();
  limits.max_trailer_bytes = 8;
  BOOST_TEST(decode({"0\r\nA: b\r\n\r\n"}, limits).done);
  BOOST_TEST(decode({"0\r\nA: bc\r\n\r\n"}, limits).status == 431);
}

BOOST_AUTO_TEST_CASE(rendered_chunks_decode_to_what_they_were) {
  for (const std::size_t size : {1u, 9u, 10u, 15u, 16u, 255u, 256u, 65536u}) {
    const std::string payload(size, 'p');
    std::string bytes;
    append_chunk_header(bytes, size);
    bytes += payload;
    append_chunk_end(bytes);
    append_last_chunk(bytes);
    const Outcome outcome = decode({bytes});
    BOOST_TEST(outcome.done);
    BOOST_TEST((outcome.payload == payload));
    BOOST_TEST(outcome.consumed == bytes.size());
  }
  std::string largest;
  append_chunk_header(largest, UINT64_MAX);
  BOOST_TEST(largest == "ffffffffffffffff\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
