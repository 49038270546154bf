#include "junction/outward.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

#include "base/text.hpp"
#include "http/chars.hpp"
#include "junction/sample.hpp"

using namespace sallyport;
using namespace sallyport::junction;

namespace {

const std::vector<std::string> kOwnCookies = {"__Host-sallyport"};

std::optional<std::string> cookie(const Junction& junction, std::string_view value) {
  return outward_cookie(junction, junction.servers[0], kOwnCookies, value);
}

// What a browser takes for a reference to another host (WHATWG URL: '\' is '/', tab and line ends vanish).
bool names_a_host(std::string_view url) {
  std::string seen;
  for (const char c : url) {
    if (c != '\t' && c != '\r' && c != '\n') seen += c == '\\' ? '/' : c;
  }
  return seen.starts_with("//");
}

bool has_domain(std::string_view set_cookie) {
  const auto pieces = split(set_cookie, ';');
  return std::any_of(pieces.begin() + 1, pieces.end(), [](std::string_view piece) {
    return equal_ignoring_case(trimmed(piece.substr(0, piece.find('='))), "domain");
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(junction_outward)

BOOST_AUTO_TEST_CASE(urls_of_a_standard_junction_get_the_mount_point) {
  const Junction app = sample_standard("/app");
  BOOST_TEST(outward_url(app, "/x?q#f") == "/app/x?q#f");
  BOOST_TEST(outward_url(app, "/") == "/app/");
  BOOST_TEST(outward_url(app, "/apple") == "/app/apple");
  BOOST_TEST(outward_url(app, "/app/x") == "/app/x");
  BOOST_TEST(outward_url(app, "/app") == "/app");
  BOOST_TEST(outward_url(app, "/app?x") == "/app?x");
  BOOST_TEST(outward_url(app, "/pkmslogout") == "/pkmslogout");
  BOOST_TEST(outward_url(app, "x/y") == "x/y");
  BOOST_TEST(outward_url(app, "?q") == "?q");
  BOOST_TEST(outward_url(app, "") == "");
  BOOST_TEST(outward_url(app, "http://backend.example/x") == "/app/x");
  BOOST_TEST(outward_url(app, "HTTP://Backend.Example:80") == "/app/");
  BOOST_TEST(outward_url(app, "http://backend.example?q") == "/app/?q");
  BOOST_TEST(outward_url(app, "//backend.example/x") == "/app/x");
  BOOST_TEST(outward_url(app, "http://backend.example:8080/x") == "http://backend.example:8080/x");
  BOOST_TEST(outward_url(app, "https://backend.example/x") == "https://backend.example/x");
  BOOST_TEST(outward_url(app, "https://other.example/x") == "https://other.example/x");
  BOOST_TEST(outward_url(app, "//other.example/x") == "//other.example/x");
  BOOST_TEST(outward_url(app, "http://u@backend.example/x") == "http://u@backend.example/x");
  BOOST_TEST(outward_url(app, "mailto:a@b") == "mailto:a@b");
  BOOST_TEST(outward_url(sample_standard("/caf\xc3\xa9"), "/x") == "/caf%C3%A9/x");
}

BOOST_AUTO_TEST_CASE(the_virtual_name_of_a_server_is_its_own_too) {
  Junction app = sample_standard("/app");
  app.servers[0].virtual_host = "intranet:8080";
  BOOST_TEST(outward_url(app, "http://intranet:8080/x") == "/app/x");
  BOOST_TEST(outward_url(app, "http://backend.example/x") == "/app/x");
  app.servers[0].host = "2001:db8::1";
  BOOST_TEST(outward_url(app, "http://[2001:db8::1]/x") == "/app/x");
}

BOOST_AUTO_TEST_CASE(where_nothing_is_taken_off_nothing_is_put_before) {
  const Junction junctions[] = {sample_transparent("/app"), sample_virtual_host("shop", "shop.example"),
                                sample_standard("/")};
  for (const Junction& junction : junctions) {
    BOOST_TEST(outward_url(junction, "/x") == "/x");
    BOOST_TEST(outward_url(junction, "http://backend.example/x") == "/x");
    BOOST_TEST(outward_url(junction, "https://other.example/x") == "https://other.example/x");
    BOOST_TEST(cookie(junction, "a=1; Path=/x").value() == "a=1; Path=/x");
  }
}

// attack cases C11 and F7: the answer must not become a redirect to somewhere else by our hand
BOOST_AUTO_TEST_CASE(C11_no_other_host_is_made_out_of_a_path) {
  for (const Junction& junction : {sample_standard("/"), sample_transparent("/app"), sample_standard("/app")}) {
    for (const char* url : {"http://backend.example//evil.example/x", "http://backend.example/\\evil.example",
                            "http://backend.example\\\\evil.example", "http://backend.example/\t/evil.example",
                            "//backend.example//evil.example", "http://backend.example///evil.example",
                            "http://backend.example/\r\n/evil.example"}) {
      const std::string out = outward_url(junction, url);
      BOOST_TEST(!names_a_host(out), url << " -> " << out);
      BOOST_TEST(out.starts_with('/'), out);
    }
  }
}

// attack case C11
BOOST_AUTO_TEST_CASE(C11_no_field_ends_early_whatever_the_back_end_says) {
  std::mt19937 random(20240611);
  const std::string_view pieces[] = {"/",
                                     "\\",
                                     "\r\n",
                                     "\n",
                                     "\t",
                                     std::string_view("\0", 1),
                                     "http:",
                                     "//",
                                     "backend.example",
                                     "evil",
                                     ";",
                                     "=",
                                     "url",
                                     "Set-Cookie: a=b",
                                     "Path",
                                     "Domain",
                                     " ",
                                     "\"",
                                     "5",
                                     "?",
                                     "#",
                                     "app",
                                     "%0d%0a",
                                     "\x7f",
                                     "__Host-sallyport"};
  const Junction junctions[] = {sample_standard("/app"), sample_standard("/"), sample_transparent("/app"),
                                sample_virtual_host("shop", "shop.example")};
  const auto clean = [](std::string_view text) { return std::none_of(text.begin(), text.end(), is_control); };
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (unsigned n = random() % 8; n > 0; --n) text += pieces[random() % std::size(pieces)];
    const Junction& junction = junctions[i % 4];
    const std::string url = outward_url(junction, text);
    BOOST_REQUIRE(clean(url));
    // A host in the result was a host in the input.
    BOOST_REQUIRE(!names_a_host(url) || names_a_host(trimmed(text)));
    BOOST_REQUIRE(clean(outward_refresh(junction, text)));
    const auto set_cookie = cookie(junction, text);
    BOOST_REQUIRE(!set_cookie || http::is_field_value(*set_cookie));
    BOOST_REQUIRE(!set_cookie || !starts_with_ignoring_case(*set_cookie, "__Host-sallyport="));
    BOOST_REQUIRE(!set_cookie || !has_domain(*set_cookie));
  }
}

BOOST_AUTO_TEST_CASE(refresh_is_a_time_and_an_url) {
  const Junction app = sample_standard("/app");
  BOOST_TEST(outward_refresh(app, "5; url=/x") == "5; url=/app/x");
  BOOST_TEST(outward_refresh(app, "5;URL='/x'") == "5; url='/app/x'");
  BOOST_TEST(outward_refresh(app, "0, url = \"http://backend.example/x\"") == "0, url=\"/app/x\"");
  BOOST_TEST(outward_refresh(app, "5; /x") == "5; /app/x");
  BOOST_TEST(outward_refresh(app, "5") == "5");
  BOOST_TEST(outward_refresh(app, "5; url=https://other.example/") == "5; url=https://other.example/");
}

BOOST_AUTO_TEST_CASE(cookies_live_below_their_junction) {
  const Junction app = sample_standard("/app");
  BOOST_TEST(cookie(app, "a=1").value() == "a=1");
  BOOST_TEST(cookie(app, "a=1; Path=/").value() == "a=1; Path=/app");
  BOOST_TEST(cookie(app, "a=1; path=/x; HttpOnly").value() == "a=1; path=/app/x; HttpOnly");
  BOOST_TEST(cookie(app, "a=1; Path=/x; Path=/y").value() == "a=1; Path=/app/y");
  BOOST_TEST(cookie(app, "a=1; Path=/app/x").value() == "a=1; Path=/app/x");
  BOOST_TEST(cookie(app, "a=1; Path=").value() == "a=1");
  BOOST_TEST(cookie(app, "a=1; Path=x; Secure").value() == "a=1; Secure");
  BOOST_TEST(cookie(app, "a=b=c; Max-Age=5; SameSite=Lax; Expires=Wed, 01 Jan 2031 00:00:00 GMT").value() ==
             "a=b=c; Max-Age=5; SameSite=Lax; Expires=Wed, 01 Jan 2031 00:00:00 GMT");
  BOOST_TEST(cookie(app, "__Host-csrf=1; Secure; Path=/").value() == "__Host-csrf=1; Secure; Path=/");
}

// attack case B10
BOOST_AUTO_TEST_CASE(B10_a_back_end_cannot_plant_a_session) {
  const Junction app = sample_standard("/app");
  for (const char* value :
       {"__Host-sallyport=evil", "__host-SALLYPORT=evil; Path=/", " __Host-sallyport = evil", "\t__Host-sallyport=evil",
        "=__Host-sallyport=evil", "__Host-sallyport", "", "; a=1", "a\x01=1", "a=1\r\nSet-Cookie: b=2"}) {
    BOOST_TEST(!cookie(app, value), value);
  }
}

// attack case B10
BOOST_AUTO_TEST_CASE(B10_a_cookie_stays_with_the_host_that_was_asked) {
  Junction app = sample_standard("/app");
  app.servers[0].host = "www.backend.example";
  BOOST_TEST(cookie(app, "a=1; Domain=backend.example").value() == "a=1");
  BOOST_TEST(cookie(app, "a=1; Domain=.Backend.Example; Secure").value() == "a=1; Secure");
  BOOST_TEST(cookie(app, "a=1; Domain=www.backend.example").value() == "a=1");
  BOOST_TEST(!cookie(app, "a=1; Domain=other.example"));
  BOOST_TEST(!cookie(app, "a=1; Domain=ackend.example"));
  BOOST_TEST(!cookie(app, "a=1; Domain=x.www.backend.example"));
  BOOST_TEST(!cookie(app, "a=1; Domain=."));
  app.servers[0].virtual_host = "intranet.corp:8080";
  BOOST_TEST(cookie(app, "a=1; Domain=corp").value() == "a=1");
  app.servers[0].host = "10.0.0.1";
  BOOST_TEST(!cookie(app, "a=1; Domain=0.1"));
  const Junction shop = sample_virtual_host("shop", "shop.example:8443");
  BOOST_TEST(cookie(shop, "a=1; Domain=example").value() == "a=1");
  BOOST_TEST(cookie(shop, "a=1; Domain=shop.example").value() == "a=1");
  BOOST_TEST(!cookie(shop, "a=1; Domain=other.org"));
}

BOOST_AUTO_TEST_SUITE_END()
