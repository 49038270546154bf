#include "http/cookies.hpp"

#include <boost/test/unit_test.hpp>

#include "judge_request.hpp"

using namespace sallyport::http;

namespace {

Headers with_cookies(std::initializer_list<std::string_view> fields) {
  Headers headers;
  headers.add("Host", "a");
  for (const auto field : fields) headers.add("Cookie", field);
  return headers;
}

std::string without(std::string_view field, std::vector<std::string> names) { return cookies_without(field, names); }

}  // namespace

BOOST_AUTO_TEST_SUITE(http_cookies)

BOOST_AUTO_TEST_CASE(a_cookie_field_is_taken_apart) {
  const auto pairs = parse_cookies(" a=1; b = x=y ;;c=\"q q\"; d; =e");
  BOOST_REQUIRE(pairs.size() == 5u);
  BOOST_TEST(pairs[0].name == "a");
  BOOST_TEST(pairs[0].value == "1");
  BOOST_TEST(pairs[1].name == "b");
  BOOST_TEST(pairs[1].value == "x=y");
  BOOST_TEST(pairs[2].value == "\"q q\"");
  BOOST_TEST(pairs[3].name == "");
  BOOST_TEST(pairs[3].value == "d");
  BOOST_TEST(pairs[4].name == "");
  BOOST_TEST(pairs[4].value == "e");
  BOOST_TEST(parse_cookies("").empty());
}

BOOST_AUTO_TEST_CASE(B11_two_cookies_of_one_name_are_reported) {
  const Headers headers = with_cookies({"a=1; sid=2; A=3", "sid=4"});
  BOOST_TEST(find_cookie(headers, "sid").count == 2u);
  BOOST_TEST(find_cookie(headers, "sid").value == "2");
  BOOST_TEST(find_cookie(headers, "a").count == 1u);
  BOOST_TEST(find_cookie(headers, "b").count == 0u);
}

BOOST_AUTO_TEST_CASE(B12_our_cookies_are_taken_out_and_the_others_stay) {
  BOOST_TEST(without("a=1; sid=2; b=\"3\"", {"sid"}) == "a=1; b=\"3\"");
  BOOST_TEST(without("sid=2", {"sid"}) == "");
  BOOST_TEST(without("sid=2; sid=3; sid ; t=1", {"sid", "t"}) == "");
  BOOST_TEST(without("a=1;sid=2;  c", {"sid"}) == "a=1; c");
  BOOST_TEST(without("a=1;b=2;SID=1", {"sid"}) == "a=1;b=2;SID=1");
}

BOOST_AUTO_TEST_CASE(set_cookie_keeps_all_attributes_in_order) {
  const std::string_view text = "sid=a=b; Path=/x; Secure; Partitioned; Foo=bar; Expires=Sun, 06 Nov 1994 08:49:37 GMT";
  const auto cookie = SetCookie::parse(text);
  BOOST_REQUIRE(cookie);
  BOOST_TEST(cookie->name == "sid");
  BOOST_TEST(cookie->value == "a=b");
  BOOST_TEST(cookie->find("PATH")->value.value() == "/x");
  BOOST_TEST(!cookie->find("secure")->value);
  BOOST_TEST(!cookie->has("HttpOnly"));
  BOOST_TEST(cookie->render().value() == text);
}

BOOST_AUTO_TEST_CASE(set_cookie_is_read_as_browsers_read_it) {
  const auto cookie = SetCookie::parse("  a = 1 ;path=/x;;PATH= /y ; =z; Domain=");
  BOOST_REQUIRE(cookie);
  BOOST_TEST(cookie->name == "a");
  BOOST_TEST(cookie->value == "1");
  BOOST_TEST(cookie->find("Path")->value.value() == "/y");
  BOOST_TEST(cookie->render().value() == "a=1; path=/x; PATH=/y; Domain=");
  BOOST_TEST(SetCookie::parse("a=")->value == "");
  for (const std::string_view bad : {"", "a", "=1", " =1", "; Path=/", "a=1\nb", "a=\x7f"})
    BOOST_TEST(!SetCookie::parse(bad));
}

BOOST_AUTO_TEST_CASE(attributes_are_set_and_removed) {
  auto cookie = SetCookie::parse("a=1; Path=/x; Domain=b; path=/y").value();
  cookie.set("Path", "/app");
  cookie.remove("domain");
  cookie.set("Secure", std::nullopt);
  BOOST_TEST(cookie.render().value() == "a=1; Path=/app; Secure");
}

BOOST_AUTO_TEST_CASE(C11_a_set_cookie_that_would_split_is_not_written) {
  SetCookie cookie;
  cookie.name = "a";
  for (const std::string_view bad : {"1\r\nX: y", "1; Path=/", " 1", "1\n"}) {
    cookie.value = bad;
    BOOST_TEST(!cookie.render());
  }
  cookie.value = "1";
  for (const std::string_view bad : {"", "a=b", "a;b", "a\r"}) {
    cookie.name = bad;
    BOOST_TEST(!cookie.render());
  }
  cookie.name = "a";
  cookie.set("Path", "/;Domain=x");
  BOOST_TEST(!cookie.render());
}

BOOST_AUTO_TEST_SUITE_END()
