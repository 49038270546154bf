#include "http/dates.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::http;

namespace {

constexpr WallTime kExample{std::chrono::seconds(784111777)};

std::string reread(std::string_view cookie_date) {
  const auto time = parse_cookie_date(cookie_date);
  return time ? render_http_date(*time) : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_dates)

BOOST_AUTO_TEST_CASE(the_example_of_the_rfc_goes_both_ways) {
  BOOST_TEST(render_http_date(kExample) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST((parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == kExample));
}

BOOST_AUTO_TEST_CASE(parts_of_a_second_are_dropped_also_before_1970) {
  BOOST_TEST(render_http_date(WallTime(std::chrono::milliseconds(999))) == "Thu, 01 Jan 1970 00:00:00 GMT");
  BOOST_TEST(render_http_date(WallTime(std::chrono::milliseconds(-1))) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

BOOST_AUTO_TEST_CASE(every_day_of_some_years_goes_both_ways) {
  for (int day = -800; day < 40000; day += 13) {
    const WallTime time{std::chrono::days(day) + std::chrono::seconds(day * 7 + 5600)};
    BOOST_REQUIRE((parse_http_date(render_http_date(time)) == time));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_imf_fixdate_is_no_date) {
  for (const std::string_view text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:3x GMT", "Sun, xx Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_http_date(text));
    }
  }
}

BOOST_AUTO_TEST_CASE(cookie_dates_come_in_many_forms) {
  for (const std::string_view text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                      "Sun Nov  6 08:49:37 1994", "6 nov 1994 8:49:37", "08:49:37 1994 06 November"}) {
    BOOST_TEST(reread(text) == "Sun, 06 Nov 1994 08:49:37 GMT");
  }
  BOOST_TEST(reread("1 Jan 69 00:00:00") == "Tue, 01 Jan 2069 00:00:00 GMT");
  BOOST_TEST(reread("1 Jan 70 00:00:00") == "Thu, 01 Jan 1970 00:00:00 GMT");
  for (const std::string_view text :
       {"", "never", "1 Jan 1600 00:00:00", "31 Feb 2000 00:00:00", "1 Jan 2000 24:00:00", "1 Jan 2000",
        "Jan 2000 00:00:00", "0 Jan 2000 00:00:00", "1 Foo 2000 00:00:00"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(reread(text) == "none");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
