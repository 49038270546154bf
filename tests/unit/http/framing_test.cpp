#include "http/framing.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::http;

namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

Headers headers_of(const Fields& fields) {
  Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

RequestHead request(const Fields& fields, Version version = Version::http_1_1) {
  return RequestHead{"POST", "/", version, headers_of(fields)};
}

ResponseHead response(int status, const Fields& fields, Version version = Version::http_1_1) {
  return ResponseHead{status, "", version, headers_of(fields)};
}

using Kind = Framing::Kind;

}  // namespace

BOOST_AUTO_TEST_SUITE(http_framing)

BOOST_AUTO_TEST_CASE(a_request_without_framing_fields_has_no_body) {
  BOOST_TEST((decide_framing(request({})).value() == Framing{Kind::none, 0}));
}

BOOST_AUTO_TEST_CASE(a_request_has_a_length_or_chunks) {
  BOOST_TEST((decide_framing(request({{"content-LENGTH", "17"}})).value() == Framing{Kind::length, 17}));
  BOOST_TEST((decide_framing(request({{"transfer-encoding", "Chunked"}})).value() == Framing{Kind::chunked, 0}));
  BOOST_TEST((decide_framing(request({{"Content-Length", "17"}}, Version::http_1_0)).value().length == 17));
}

BOOST_AUTO_TEST_CASE(C2_codings_that_end_in_chunked_are_not_implemented) {
  BOOST_TEST(decide_framing(request({{"Transfer-Encoding", "gzip, chunked"}})).error().status == 501);
  BOOST_TEST(decide_framing(request({{"Transfer-Encoding", "gzip"}})).error().status == 400);
  BOOST_TEST(decide_framing(request({{"Transfer-Encoding", "chunked, gzip, chunked"}})).error().status == 400);
}

BOOST_AUTO_TEST_CASE(a_response_has_a_length_chunks_or_the_rest_of_the_connection) {
  BOOST_TEST((decide_framing(response(200, {{"Content-Length", "5"}}), "GET").value() == Framing{Kind::length, 5}));
  BOOST_TEST((decide_framing(response(200, {{"Transfer-Encoding", "chunked"}}), "GET").value().kind == Kind::chunked));
  BOOST_TEST((decide_framing(response(200, {}), "GET").value().kind == Kind::until_close));
  BOOST_TEST((decide_framing(response(200, {}, Version::http_1_0), "GET").value().kind == Kind::until_close));
}

BOOST_AUTO_TEST_CASE(some_responses_never_have_a_body) {
  BOOST_TEST((decide_framing(response(200, {{"Content-Length", "5"}}), "HEAD").value().kind == Kind::none));
  BOOST_TEST((decide_framing(response(200, {{"Transfer-Encoding", "chunked"}}), "HEAD").value().kind == Kind::none));
  BOOST_TEST((decide_framing(response(304, {{"Content-Length", "5"}}), "GET").value().kind == Kind::none));
  BOOST_TEST((decide_framing(response(204, {{"Content-Length", "0"}}), "GET").value().kind == Kind::none));
  BOOST_TEST((decide_framing(response(101, {}), "GET").value().kind == Kind::none));
  BOOST_TEST((decide_framing(response(200, {}), "CONNECT").value().kind == Kind::none));
  BOOST_TEST((decide_framing(response(407, {{"Content-Length", "5"}}), "CONNECT").value().length == 5));
}

BOOST_AUTO_TEST_CASE(C9_a_response_with_unclear_framing_is_an_error) {
  for (const Fields& fields :
       {Fields{{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}, Fields{{"Content-Length", "5, 5"}},
        Fields{{"Content-Length", "5"}, {"content-length", "5"}}, Fields{{"Transfer-Encoding", "gzip, chunked"}},
        Fields{{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}, Fields{{"Content-Length", ""}}}) {
    BOOST_TEST(decide_framing(response(200, fields), "GET").error().status == 502);
    BOOST_TEST(!decide_framing(response(200, fields), "HEAD"));
  }
  BOOST_TEST(!decide_framing(response(200, {{"Transfer-Encoding", "chunked"}}, Version::http_1_0), "GET"));
  BOOST_TEST(!decide_framing(response(204, {{"Content-Length", "5"}}), "GET"));
  BOOST_TEST(!decide_framing(response(204, {{"Transfer-Encoding", "chunked"}}), "GET"));
  BOOST_TEST(!decide_framing(response(100, {{"Transfer-Encoding", "chunked"}}), "GET"));
}

BOOST_AUTO_TEST_CASE(connections_stay_open_by_the_rules_of_their_version) {
  BOOST_TEST(keeps_alive(request({})));
  BOOST_TEST(!keeps_alive(request({{"Connection", "foo , Close"}})));
  BOOST_TEST(!keeps_alive(request({{"Connection", "foo"}, {"connection", "close"}})));
  BOOST_TEST(keeps_alive(request({{"Connection", "closer"}})));
  BOOST_TEST(!keeps_alive(request({}, Version::http_1_0)));
  BOOST_TEST(keeps_alive(request({{"Connection", "Keep-Alive"}}, Version::http_1_0)));
  BOOST_TEST(!keeps_alive(request({{"Connection", "keep-alive, close"}}, Version::http_1_0)));
  BOOST_TEST(!keeps_alive(response(200, {{"Connection", "close"}})));
}

BOOST_AUTO_TEST_CASE(a_websocket_handshake_is_recognised) {
  const Fields good = {{"Upgrade", "WebSocket"},
                       {"Connection", "keep-alive, Upgrade"},
                       {"Sec-WebSocket-Version", "13"},
                       {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  RequestHead head = request(good);
  BOOST_TEST(!asks_for_websocket(head));
  head.method = "GET";
  BOOST_TEST(asks_for_websocket(head));
  head.headers.add("Content-Length", "3");
  BOOST_TEST(!asks_for_websocket(head));
  for (std::size_t without = 0; without < good.size(); ++without) {
    Fields fields = good;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(without));
    RequestHead less = request(fields);
    less.method = "GET";
    BOOST_TEST(!asks_for_websocket(less));
  }
}

BOOST_AUTO_TEST_CASE(C7_h2c_is_no_websocket) {
  RequestHead head = request({{"Upgrade", "h2c"}, {"Connection", "Upgrade, HTTP2-Settings"}, {"HTTP2-Settings", "x"}});
  head.method = "GET";
  BOOST_TEST(!asks_for_websocket(head));
}

BOOST_AUTO_TEST_CASE(C5_expectations_are_100_continue_or_refused) {
  BOOST_TEST(!expects_continue(request({})).value());
  BOOST_TEST(expects_continue(request({{"Expect", "100-Continue"}})).value());
  BOOST_TEST(!expects_continue(request({{"Expect", "100-continue"}}, Version::http_1_0)).value());
  BOOST_TEST(expects_continue(request({{"Expect", "100-continue, x"}})).error().status == 417);
  BOOST_TEST(expects_continue(request({{"Expect", ""}})).error().status == 417);
  BOOST_TEST(!expects_continue(request({{"Expect", "100-continue"}, {"Expect", "100-continue"}})));
}

BOOST_AUTO_TEST_SUITE_END()
