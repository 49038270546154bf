#include "http/trailers.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::http;

BOOST_AUTO_TEST_SUITE(http_trailers)

BOOST_AUTO_TEST_CASE(what_belongs_behind_a_body_may_be_allowed) {
  for (const char* const name : {"grpc-status", "grpc-message", "grpc-status-details-bin", "X-Checksum", "Digest",
                                 "Content-Digest", "Repr-Digest", "Server-Timing", "ETag"}) {
    BOOST_TEST(may_be_trailer(name), name);
  }
}

BOOST_AUTO_TEST_CASE(B5_what_frames_routes_controls_or_authenticates_may_not) {
  for (const char* const name : {"Content-Length",
                                 "content_length",
                                 "Transfer-Encoding",
                                 "Host",
                                 "Connection",
                                 "Keep-Alive",
                                 "TE",
                                 "Trailer",
                                 "Upgrade",
                                 "Expect",
                                 "Proxy-Authorization",
                                 "Authorization",
                                 "Cookie",
                                 "Set-Cookie",
                                 "WWW-Authenticate",
                                 "Content-Type",
                                 "Content-Encoding",
                                 "Content-Range",
                                 "Cache-Control",
                                 "Max-Forwards",
                                 "If-None-Match",
                                 "Range",
                                 "Location",
                                 "Retry-After",
                                 "Vary",
                                 "Date",
                                 "Age",
                                 "Expires",
                                 "Forwarded",
                                 "X-Forwarded-For",
                                 "X-Real-IP",
                                 "X-HTTP-Method-Override",
                                 "Alt-Svc",
                                 "Strict-Transport-Security",
                                 "Access-Control-Allow-Origin",
                                 "Sec-Fetch-Site",
                                 "HTTP2-Settings",
                                 "http-x-sum",
                                 "x_sum",
                                 "x.sum",
                                 "",
                                 ":status",
                                 "a b",
                                 "a\r\n"}) {
    BOOST_TEST(!may_be_trailer(name), name);
  }
}

BOOST_AUTO_TEST_CASE(B5_only_what_is_allowed_and_not_reserved_passes) {
  ReservedNames reserved;
  reserved.add_prefix("iv-");
  reserved.add("x-user");
  Headers trailers;
  trailers.add("X-Sum", "1");
  trailers.add("x-other", "2");
  trailers.add("iv-user", "admin");
  trailers.add("x-user", "admin");
  trailers.add("content-length", "3");
  const std::vector<std::string> allowed = {"x-sum", "iv-user", "x-user", "content-length"};
  const Headers passing = passing_trailers(trailers, allowed, reserved);
  BOOST_REQUIRE(passing.size() == 1u);
  BOOST_TEST(passing[0].name == "X-Sum");
  BOOST_TEST(passing_trailers(trailers, {}, reserved).empty());
  BOOST_TEST(passing_trailer_names(" x-SUM ,x-other, iv-user,,content-length", allowed, reserved) == "x-SUM");
  BOOST_TEST(passing_trailer_names("x-other", allowed, reserved).empty());
}

BOOST_AUTO_TEST_SUITE_END()
