#include "http/h1_renderer.hpp"

#include <boost/test/unit_test.hpp>

#include "http/h1_parser.hpp"

using namespace sallyport::http;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(http_h1_renderer)

BOOST_AUTO_TEST_CASE(a_request_head_is_written_and_reads_back) {
  Headers headers;
  headers.add("Host", "a:8443");
  headers.add("X-Empty", "");
  std::string out = "before";
  BOOST_REQUIRE(render_request_head("GET", "/a?b", headers, out));
  BOOST_TEST(out == "beforeGET /a?b HTTP/1.1\r\nHost: a:8443\r\nX-Empty: \r\n\r\n");
  RequestParser parser;
  BOOST_TEST(parser.feed(std::string_view(out).substr(6)).value() == out.size() - 6);
  BOOST_TEST(parser.take().headers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_response_head_is_written_in_our_own_version) {
  ResponseHead head;
  head.status = 404;
  head.version = Version::http_1_0;
  head.headers.add("Content-Length", "0");
  std::string out;
  BOOST_REQUIRE(render_response_head(head, out));
  BOOST_TEST(out == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  head.status = 299;
  out.clear();
  BOOST_REQUIRE(render_response_head(head, out));
  BOOST_TEST(out == "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
  head.reason = "Fine";
  out.clear();
  BOOST_REQUIRE(render_response_head(head, out));
  BOOST_TEST(out == "HTTP/1.1 299 Fine\r\nContent-Length: 0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(B7_C11_nothing_is_written_that_would_split_a_head) {
  for (const auto& [name, value] :
       {std::pair("X"sv, "a\r\nY: b"sv), std::pair("X"sv, "a\rb"sv), std::pair("X"sv, "a\nb"sv),
        std::pair("X"sv, "a\0b"sv), std::pair("X"sv, "12345678\n12345678"sv), std::pair("X\r\nY"sv, "a"sv),
        std::pair("X Y"sv, "a"sv), std::pair("X:"sv, "a"sv), std::pair(""sv, "a"sv)}) {
    ResponseHead head;
    head.status = 200;
    head.headers.add("A", "b");
    head.headers.add(name, value);
    std::string out = "kept";
    BOOST_TEST(!render_response_head(head, out));
    BOOST_TEST(!render_request_head("GET", "/", head.headers, out));
    BOOST_TEST(out == "kept");
  }
}

BOOST_AUTO_TEST_CASE(start_lines_that_would_not_parse_are_not_written) {
  const Headers none;
  std::string out;
  BOOST_TEST(!render_request_head("", "/", none, out));
  BOOST_TEST(!render_request_head("GET /x", "/", none, out));
  BOOST_TEST(!render_request_head("GET", "", none, out));
  BOOST_TEST(!render_request_head("GET", "/a b", none, out));
  BOOST_TEST(!render_request_head("GET", "/a\r\nX: y", none, out));
  BOOST_TEST(!render_request_head("GET", "a", none, out));
  BOOST_TEST(!render_request_head("GET", "*", none, out));
  BOOST_TEST(render_request_head("OPTIONS", "*", none, out).has_value());
  ResponseHead head;
  head.status = 99;
  BOOST_TEST(!render_response_head(head, out));
  head.status = 600;
  BOOST_TEST(!render_response_head(head, out));
  head.status = 200;
  head.reason = "O\nK";
  BOOST_TEST(!render_response_head(head, out));
}

BOOST_AUTO_TEST_SUITE_END()
