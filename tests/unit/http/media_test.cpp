#include "http/media.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::http;

namespace {

bool html_for(std::string_view accept) {
  Headers headers;
  headers.add("accept", accept);
  return prefers_html(headers);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_media)

BOOST_AUTO_TEST_CASE(browsers_prefer_html) {
  BOOST_TEST(html_for("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  BOOST_TEST(html_for("application/json;q=0.5, Text/HTML ; q=0.5"));
  BOOST_TEST(html_for("application/xhtml+xml"));
}

BOOST_AUTO_TEST_CASE(programs_do_not) {
  BOOST_TEST(!html_for("*/*"));
  BOOST_TEST(!html_for(""));
  BOOST_TEST(!html_for("application/json, text/plain, */*"));
  BOOST_TEST(!html_for("application/json, text/html;q=0.9"));
  BOOST_TEST(!html_for("text/html;q=0"));
  BOOST_TEST(!html_for("text/html;q=0.000"));
  BOOST_TEST(!html_for("text/html;q=2"));
  BOOST_TEST(!html_for("text/html;q=x"));
  BOOST_TEST(!prefers_html(Headers()));
}

BOOST_AUTO_TEST_SUITE_END()
