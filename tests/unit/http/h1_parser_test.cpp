#include "http/h1_parser.hpp"

#include <boost/test/unit_test.hpp>

#include "judge_request.hpp"
#include "vectors_request.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

constexpr std::string_view kPlain = "GET /a?b HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n";

// The status of the error that these bytes give; 0 if there is none.
int status_of(std::string_view bytes, const HeadLimits& limits = {}) {
  RequestParser parser(limits);
  const auto fed = parser.feed(bytes);
  return fed ? 0 : fed.error().status;
}

std::string with_fields(std::size_t count) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < count; ++i) bytes += "X-" + std::to_string(i) + ": y\r\n";
  return bytes + "\r\n";
}

int response_status_of(std::string_view bytes) {
  ResponseParser parser;
  const auto fed = parser.feed(bytes);
  return fed ? 0 : fed.error().status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_h1_parser)

BOOST_AUTO_TEST_CASE(B_C_every_vector_gets_its_verdict) {
  for (const auto& vector : vectors::requests()) {
    BOOST_TEST_CONTEXT(vector.name) {
      const Judged judged = judge_request({vector.bytes});
      BOOST_TEST(judged.status == vector.status);
      BOOST_TEST(judged.complete == (vector.status == 0));
    }
  }
}

// The whole head at once takes another way through the parser than one byte after the other.
BOOST_AUTO_TEST_CASE(every_byte_at_every_place_of_a_line_gets_the_same_verdict_in_both_ways) {
  for (const std::string line : {"Accept: text/html", "X-My-Own-Field: v", "Cookie: abcdefghijklmnop=q; r=s", "A:", "A: "}) {
    for (std::size_t place = 0; place <= line.size(); ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        for (const bool replaces : {true, false}) {
          std::string changed = line;
          changed.replace(place, replaces && place < line.size() ? 1 : 0, 1, static_cast<char>(byte));
          const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n" + changed + "\r\nAge: 1\r\n\r\nbody: of another\r\n";
          std::vector<std::string_view> bytes;
          for (std::size_t i = 0; i < head.size(); ++i) bytes.push_back(std::string_view(head).substr(i, 1));
          BOOST_REQUIRE_MESSAGE(judge_request({head}) == judge_request(bytes), changed << " " << place << " " << byte);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(vectors_refuse_at_least_sixty_requests) {
  std::size_t refused = 0;
  for (const auto& vector : vectors::requests()) refused += vector.status != 0 ? 1 : 0;
  BOOST_TEST(refused >= 60u);
}

BOOST_AUTO_TEST_CASE(pieces_give_the_same_result_as_the_whole_at_every_split_point) {
  for (const auto& vector : vectors::requests()) {
    BOOST_TEST_CONTEXT(vector.name) {
      const Judged whole = judge_request({vector.bytes});
      for (std::size_t at = 0; at <= vector.bytes.size(); ++at) {
        BOOST_TEST((judge_request({vector.bytes.substr(0, at), vector.bytes.substr(at)}) == whole));
      }
      std::vector<std::string_view> single_bytes;
      for (std::size_t at = 0; at < vector.bytes.size(); ++at) single_bytes.push_back(vector.bytes.substr(at, 1));
      BOOST_TEST((judge_request(single_bytes) == whole));
    }
  }
}

BOOST_AUTO_TEST_CASE(A9_A10_the_parser_alone_refuses_what_the_target_would_refuse_too) {
  for (const std::string_view bytes :
       {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_TEST(status_of(bytes) == 400);
    }
  }
  BOOST_TEST(status_of("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n") == 0);
}

BOOST_AUTO_TEST_CASE(a_head_is_taken_apart) {
  RequestParser parser;
  const std::string bytes = std::string(kPlain) + "GET /next";
  BOOST_TEST(!parser.started());
  BOOST_TEST(parser.feed(bytes).value() == kPlain.size());
  BOOST_TEST(parser.complete());
  const RequestHead head = parser.take();
  BOOST_TEST(head.method == "GET");
  BOOST_TEST(head.target == "/a?b");
  BOOST_TEST((head.version == Version::http_1_1));
  BOOST_TEST(head.headers.size() == 2u);
  BOOST_TEST(head.headers[1].name == "Accept");
  BOOST_TEST(head.headers.find("accept").value() == "text/html");
  BOOST_TEST(!parser.complete());
}

BOOST_AUTO_TEST_CASE(a_parser_reads_one_head_after_the_other) {
  RequestParser parser;
  const std::string two = std::string(kPlain) + "POST /b HTTP/1.0\r\n\r\n";
  std::string_view rest = two;
  rest.remove_prefix(parser.feed(rest).value());
  BOOST_TEST(parser.take().target == "/a?b");
  rest.remove_prefix(parser.feed(rest).value());
  const RequestHead second = parser.take();
  BOOST_TEST(second.target == "/b");
  BOOST_TEST((second.version == Version::http_1_0));
  BOOST_TEST(second.headers.empty());
  BOOST_TEST(rest.empty());
}

BOOST_AUTO_TEST_CASE(one_empty_line_before_is_tolerated_before_each_request) {
  RequestParser parser;
  const std::string bytes = "\r\n" + std::string(kPlain);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(parser.feed(bytes).value() == bytes.size());
    BOOST_TEST(parser.complete());
    parser.take();
  }
  BOOST_TEST(parser.feed("\r\n").value() == 2u);
  BOOST_TEST(!parser.started());
  BOOST_TEST(!parser.feed("\r\n"));
}

BOOST_AUTO_TEST_CASE(a_head_that_has_begun_is_started) {
  RequestParser parser;
  BOOST_TEST(parser.feed("G").value() == 1u);
  BOOST_TEST(parser.started());
}

BOOST_AUTO_TEST_CASE(B9_limits_hold_exactly) {
  HeadLimits limits;
  limits.max_start_line = 20;
  BOOST_TEST(status_of("GET /1234 HTTP/1.1\r\nHost: a\r\n\r\n", limits) == 0);
  BOOST_TEST(status_of("GET /12345 HTTP/1.1\r\nHost: a\r\n\r\n", limits) == 414);
  BOOST_TEST(status_of("GET /123451234512345", limits) == 0);
  BOOST_TEST(status_of("GET /1234512345123456", limits) == 414);

  limits = HeadLimits();
  limits.max_head = 9 + 4 + 2;  // the empty line counts
  BOOST_TEST(status_of("GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", limits) == 0);
  limits.max_head = 9 + 4 + 1;
  BOOST_TEST(status_of("GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", limits) == 431);

  limits = HeadLimits();
  limits.max_field_count = 3;
  BOOST_TEST(status_of(with_fields(3), limits) == 0);
  BOOST_TEST(status_of(with_fields(4), limits) == 431);
}

BOOST_AUTO_TEST_CASE(B9_ten_thousand_fields_and_a_mebibyte_are_refused) {
  BOOST_TEST(status_of(with_fields(10000)) == 431);
  const std::string big(1 << 20, 'x');
  BOOST_TEST(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + big) == 431);
  BOOST_TEST(status_of("GET /" + big) == 414);
  BOOST_TEST(status_of(big) == 501);
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused_before_a_line_ends) {
  BOOST_TEST(status_of("\x16\x03\x01") == 400);
  BOOST_TEST(status_of("<xml") == 400);
  BOOST_TEST(response_status_of("SSH-2.0") == 502);
}

BOOST_AUTO_TEST_CASE(errors_say_where_and_why) {
  RequestParser parser;
  const auto fed = parser.feed("GET / HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n");
  BOOST_REQUIRE(!fed);
  BOOST_TEST(fed.error().detail == "header field 2: white space in or after the field name");
  BOOST_TEST((fed.error().to_error(Side::client).code == Errc::malformed));
  BOOST_TEST((ParseError{431, ""}.to_error(Side::client).code == Errc::too_large));
  BOOST_TEST((ParseError{505, ""}.to_error(Side::client).code == Errc::unsupported));
}

BOOST_AUTO_TEST_CASE(responses_are_read) {
  struct Case {
    std::string_view line;
    int status;
    std::string_view reason;
  };
  for (const Case& c : {Case{"HTTP/1.1 200 OK", 200, "OK"}, Case{"HTTP/1.0 404 Not Found", 404, "Not Found"},
                        Case{"HTTP/1.1 204 ", 204, ""}, Case{"HTTP/1.1 204", 204, ""},
                        Case{"HTTP/1.1 599 caf\xe9", 599, "caf\xe9"}, Case{"HTTP/1.1 100 Continue", 100, "Continue"}}) {
    ResponseParser parser;
    const std::string bytes = std::string(c.line) + "\r\nServer: x\r\n\r\n";
    BOOST_TEST(parser.feed(bytes + "body").value() == bytes.size());
    BOOST_REQUIRE(parser.complete());
    const ResponseHead head = parser.take();
    BOOST_TEST(head.status == c.status);
    BOOST_TEST(head.reason == c.reason);
    BOOST_TEST(head.headers.find("server").value() == "x");
  }
}

BOOST_AUTO_TEST_CASE(C9_a_response_that_is_none_is_an_error) {
  for (const std::string_view bytes :
       {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 200\tOK\r\n\r\n", "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.1 200 OK\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 O\rK\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        "HTTP/1.1 200 OK\r\n X: y\r\n\r\n", "HTTP/1.1 200 OK\r\n: y\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y\n\r\n"}) {
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_TEST(response_status_of(bytes) == 502);
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        ResponseParser parser;
        const auto first = parser.feed(bytes.substr(0, at));
        BOOST_TEST((!first || !parser.feed(bytes.substr(at))));
      }
    }
  }
  BOOST_TEST(response_status_of("HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'y')) == 502);
}

BOOST_AUTO_TEST_CASE(one_response_follows_another) {
  ResponseParser parser;
  std::string_view bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  bytes.remove_prefix(parser.feed(bytes).value());
  BOOST_TEST(parser.take().status == 100);
  bytes.remove_prefix(parser.feed(bytes).value());
  BOOST_TEST(parser.take().headers.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
