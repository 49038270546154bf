#include "junction/upstream_path.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::junction;

BOOST_AUTO_TEST_SUITE(junction_upstream_path)

// attack case A4
BOOST_AUTO_TEST_CASE(A4_a_point_covers_whole_segments_only) {
  BOOST_TEST(covers("/app", "/app"));
  BOOST_TEST(covers("/app", "/app/"));
  BOOST_TEST(covers("/app", "/app/x"));
  BOOST_TEST(!covers("/app", "/apple"));
  BOOST_TEST(!covers("/app", "/app.."));
  BOOST_TEST(!covers("/app", "/App/x"));
  BOOST_TEST(!covers("/app", "/ap"));
  BOOST_TEST(covers("/", "/"));
  BOOST_TEST(covers("/", "/x"));
}

BOOST_AUTO_TEST_CASE(the_point_is_taken_off_the_wire_path_by_segments) {
  BOOST_TEST(strip_point("/app", "/app/x", "/app/x").value() == "/x");
  BOOST_TEST(strip_point("/app", "/app", "/app").value() == "/");
  BOOST_TEST(strip_point("/app", "/app/", "/app/").value() == "/");
  BOOST_TEST(strip_point("/", "/x/y", "/x/y").value() == "/x/y");
  BOOST_TEST(strip_point("/a/b", "/a/b/c/d", "/a/b/c/d").value() == "/c/d");
  // The encoded point is longer than the decoded one: lengths of one are nothing in the other (CVE-2026-40912).
  BOOST_TEST(strip_point("/caf\xc3\xa9", "/caf\xc3\xa9/x y", "/caf%C3%A9/x%20y").value() == "/x%20y");
  BOOST_TEST(strip_point("/app", "/app/x", "/app;v=1/x;w=2").value() == "/x;w=2");
  BOOST_TEST(strip_point("/app", "/app", "/app;v=1").value() == "/");
  BOOST_TEST(strip_point("/a;b", "/a;b/x", "/a%3Bb/x").value() == "/x");
}

// attack case A4
BOOST_AUTO_TEST_CASE(A4_what_policy_would_read_differently_is_refused) {
  BOOST_TEST(!strip_point("/app", "/app", "/app;x=1/..").has_value());
  BOOST_TEST(!strip_point("/app", "/app/..", "/app/..").has_value());
  BOOST_TEST(!strip_point("/app", "/app/..", "/app/%2e%2e").has_value());
  BOOST_TEST(!strip_point("/app", "/app/..", "/app/..;x").has_value());
  BOOST_TEST(!strip_point("/app", "/app/.", "/app/.").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x", "/app//x").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x", "/app/;y/x").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x", "/app/y").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x", "/ap%70/x%2").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x/y", "/app/x%2fy/").has_value());
  BOOST_TEST(!strip_point("/app", "/other/x", "/other/x").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x", "app/x").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x", "/other/x").has_value());
  BOOST_TEST(!strip_point("/a/b", "/a/b/x", "/a/c/x").has_value());
  BOOST_TEST(!strip_point("/app", "/app/x", "").has_value());
  BOOST_TEST((strip_point("/app", "/app", "/app;x=1/..").error().code == Errc::malformed));
}

BOOST_AUTO_TEST_CASE(a_point_is_encoded_for_header_fields) {
  BOOST_TEST(encoded_path("/app/caf\xc3\xa9 1%;x") == "/app/caf%C3%A9%201%25%3Bx");
}

BOOST_AUTO_TEST_SUITE_END()
