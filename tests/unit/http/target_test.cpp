#include "http/target.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <random>

using namespace sallyport;
using namespace sallyport::http;

namespace {

RequestHead head_of(std::string_view target, std::string_view host = "a", std::string_view method = "GET") {
  RequestHead head;
  head.method = method;
  head.target = target;
  head.headers.add("Host", host);
  return head;
}

Result<CanonicalTarget> judged(std::string_view target) {
  return canonicalize(head_of(target), TargetRules{});
}

// Path and wire path, separated by a space; the name of the error if there is one.
std::string both_paths(std::string_view target) {
  const auto made = judged(target);
  return made ? made->path() + " " + made->wire_path() : std::string(name_of(made.error().code));
}

std::string authority_of(std::string_view target, std::string_view host) {
  const auto made = canonicalize(head_of(target, host), TargetRules{});
  return made ? made->authority() : std::string(name_of(made.error().code));
}

void check_refused(std::initializer_list<std::string_view> targets) {
  for (const auto target : targets) BOOST_TEST_CONTEXT(target) {
      BOOST_TEST(both_paths(target) == "malformed");
    }
}

// True if judging what would be sent upstream gives what was judged.
bool is_stable(const CanonicalTarget& made) {
  const auto again = judged(made.to_string());
  return again && again->path() == made.path() && again->wire_path() == made.wire_path() &&
         again->query() == made.query() && again->has_query() == made.has_query();
}

// What no judged path may contain.
bool is_clean(const std::string& path) {
  const std::string closed = path + "/";
  const bool has_empty = closed.substr(0, closed.size() - 1).find("//") != std::string::npos;
  return path.front() == '/' && !has_empty && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos && path.find_first_of("\\;\n\r\t") == std::string::npos &&
         path.find('\0') == std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_target)

BOOST_AUTO_TEST_CASE(plain_paths_stay_as_they_are) {
  BOOST_TEST(both_paths("/") == "/ /");
  BOOST_TEST(both_paths("/a/b") == "/a/b /a/b");
  BOOST_TEST(both_paths("/a/b/") == "/a/b/ /a/b/");
  BOOST_TEST(both_paths("/a.b/..c/...") == "/a.b/..c/... /a.b/..c/...");
  BOOST_TEST(both_paths("/!$&'()*+,=:@-._~") == "/!$&'()*+,=:@-._~ /!$&'()*+,=:@-._~");
}

BOOST_AUTO_TEST_CASE(A1_dots_and_empty_segments_are_resolved) {
  for (const std::string_view target :
       {"//admin", "/./admin", "/x/../admin", "///admin", "/x//..//admin", "/.//./admin"}) {
    BOOST_TEST(both_paths(target) == "/admin /admin");
  }
  BOOST_TEST(both_paths("/a/.") == "/a/ /a/");
  BOOST_TEST(both_paths("/a/b/..") == "/a/ /a/");
  BOOST_TEST(both_paths("/a/..") == "/ /");
  BOOST_TEST(both_paths("/a//") == "/a/ /a/");
  BOOST_TEST(both_paths("//") == "/ /");
  BOOST_TEST(both_paths("/.") == "/ /");
}

BOOST_AUTO_TEST_CASE(A2_encoded_dots_are_dots) {
  BOOST_TEST(both_paths("/pub/%2e%2e/admin") == "/admin /admin");
  BOOST_TEST(both_paths("/pub/%2E./admin") == "/admin /admin");
  BOOST_TEST(both_paths("/pub/.%2e/admin") == "/admin /admin");
  check_refused({"/pub/..%2fadmin", "/pub/..%5cadmin", "/pub%2Fadmin", "/%5Cadmin"});
}

BOOST_AUTO_TEST_CASE(A3_double_encoding_is_refused) {
  check_refused({"/%252e%252e%252fadmin", "/%252e%252e/admin", "/a%255cb", "/a%2500", "/%2525", "/%25%32%65",
                 "/%25252e", "/%25u002e", "/a;x=%252f"});
  BOOST_TEST(both_paths("/100%25") == "/100% /100%25");
  BOOST_TEST(both_paths("/100%25zz") == "/100%zz /100%25zz");
}

BOOST_AUTO_TEST_CASE(A3_a_junction_may_allow_encoded_percent) {
  TargetRules rules;
  rules.allow_encoded_percent = true;
  const auto made = canonicalize(head_of("/a%252eb"), rules);
  BOOST_REQUIRE(made);
  BOOST_TEST(made->path() == "/a%2eb");
  BOOST_TEST(made->wire_path() == "/a%252eb");
}

BOOST_AUTO_TEST_CASE(A4_names_that_only_begin_with_dots_are_names) {
  BOOST_TEST(both_paths("/app../admin") == "/app../admin /app../admin");
  BOOST_TEST(both_paths("/app%2e%2e/admin") == "/app../admin /app../admin");
  BOOST_TEST(both_paths("/app..;/admin") == "/app../admin /app..;/admin");
}

BOOST_AUTO_TEST_CASE(A5_parameters_do_not_count_for_the_decision) {
  BOOST_TEST(both_paths("/admin;x=1") == "/admin /admin;x=1");
  BOOST_TEST(both_paths("/admin;x=1/b;y") == "/admin/b /admin;x=1/b;y");
  BOOST_TEST(both_paths("/admin%3bx=1") == "/admin /admin%3Bx=1");
  BOOST_TEST(both_paths("/admin%3Bx;y") == "/admin /admin%3Bx;y");
  BOOST_TEST(both_paths("/app/;jsessionid=1") == "/app/ /app/;jsessionid=1");
  BOOST_TEST(both_paths("/;jsessionid=1") == "/ /;jsessionid=1");
  check_refused({"/admin/..;/x", "/admin/..;", "/admin/..;a=b", "/admin/%2e%2e;/", "/admin/..%3b/", "/a/.;/b", "/a/.;x",
                 "/;jsessionid=1/admin", "/a/;x/../admin", "//;x/admin"});
}

BOOST_AUTO_TEST_CASE(A6_bytes_that_are_no_text_are_refused) {
  check_refused({"/%00",           "/a%00.html", "/%c0%ae%c0%ae/admin",
                 "/%c0%af",        "/%e0%80%ae", "/%ed%a0%80",
                 "/%ff",           "/caf%e9",    "/%u002e",
                 "/%u002e%u002e/", "/%",         "/%2",
                 "/%2g",           "/%g2",       "/a%0d%0aX:y",
                 "/%09",           "/%7f",       "/%c2%85",
                 "/a;x=%00",       "/a;%ff"});
  BOOST_TEST(both_paths("/caf%c3%a9") == "/caf\xc3\xa9 /caf%C3%A9");
  BOOST_TEST(both_paths("/%c3/%a9") == "malformed");
}

BOOST_AUTO_TEST_CASE(A8_a_backslash_is_refused) {
  check_refused({"/pub\\..\\admin", "\\admin", "/a;\\", "/a%5c"});
}

BOOST_AUTO_TEST_CASE(A9_fragments_blanks_and_controls_are_refused) {
  using namespace std::string_view_literals;
  check_refused({"/pub#/../admin", "/a b", "/a\x01", "/a\x7f", "/a?b#c", "/a?b c", "/a?\xc3\xa9", "/caf\xc3\xa9", "",
                 "#", "/a\0"sv, "/a?\0"sv});
}

BOOST_AUTO_TEST_CASE(what_is_no_path_character_is_encoded_anew) {
  BOOST_TEST(both_paths("/%41%7e") == "/A~ /A~");
  BOOST_TEST(both_paths("/a%20b") == "/a b /a%20b");
  BOOST_TEST(both_paths("/a%3fb%23c") == "/a?b#c /a%3Fb%23c");
  BOOST_TEST(both_paths("/{a}|[b]^\"`<>") == "/{a}|[b]^\"`<> /%7Ba%7D%7C%5Bb%5D%5E%22%60%3C%3E");
}

BOOST_AUTO_TEST_CASE(A12_the_query_never_changes_the_path) {
  for (const std::string_view query : {"", "x=1", "/../pub", "%2e%2e/%00%zz", "a?b", "\\", ";"}) {
    const auto made = judged("/admin?" + std::string(query));
    BOOST_REQUIRE(made);
    BOOST_TEST(made->path() == "/admin");
    BOOST_TEST(made->query() == query);
    BOOST_TEST(made->has_query());
    BOOST_TEST(made->to_string() == "/admin?" + std::string(query));
  }
  BOOST_TEST(!judged("/admin")->has_query());
}

BOOST_AUTO_TEST_CASE(dots_above_the_root_are_refused) {
  check_refused({"/..", "/../admin", "/a/../../b", "/%2e%2e/", "//..", "/./.."});
}

BOOST_AUTO_TEST_CASE(A10_absolute_form_must_agree_with_host) {
  BOOST_TEST(authority_of("https://a/x", "a") == "a");
  BOOST_TEST(authority_of("https://A:443/x", "a.") == "a");
  BOOST_TEST(authority_of("http://a:8443", "a:8443") == "a:8443");
  BOOST_TEST(authority_of("https://other.example/admin", "a") == "malformed");
  BOOST_TEST(authority_of("https://a:444/", "a") == "malformed");
  BOOST_TEST(authority_of("https://u@a/", "a") == "malformed");
  BOOST_TEST(authority_of("https://u:p@a/", "a") == "malformed");
  BOOST_TEST(authority_of("https:///x", "a") == "malformed");
  BOOST_TEST(authority_of("https://a:/x", "a") == "malformed");
  BOOST_TEST(authority_of("https://a\\@b/x", "a") == "malformed");
  BOOST_TEST(authority_of("ftp://a/x", "a") == "unsupported");
  const auto made = judged("https://a?q");
  BOOST_REQUIRE(made);
  BOOST_TEST(made->to_string() == "/?q");
}

BOOST_AUTO_TEST_CASE(A10_host_is_checked_and_written_in_one_way) {
  BOOST_TEST(authority_of("/", "WWW.Example.ORG.:443") == "www.example.org");
  BOOST_TEST(authority_of("/", "localhost:8443") == "localhost:8443");
  BOOST_TEST(authority_of("/", "a:00080") == "a:80");
  BOOST_TEST(authority_of("/", "[2001:DB8::1]:443") == "[2001:db8::1]");
  BOOST_TEST(authority_of("/", "127.0.0.1:65535") == "127.0.0.1:65535");
  for (const std::string_view host : {"",
                                      "a@b",
                                      "a:99999",
                                      "a:65536",
                                      "a:0",
                                      "a:",
                                      ":80",
                                      "a b",
                                      "a,b",
                                      "a/b",
                                      "a%41",
                                      ".",
                                      ".a",
                                      "a..",
                                      "a..b",
                                      "[::1",
                                      "[::1]x",
                                      "[]",
                                      "[fe80::1%25eth0]",
                                      "[1.2.3.4]",
                                      "::1",
                                      "a:80:80",
                                      "a:-1",
                                      "a:000080",
                                      "caf\xc3\xa9"}) {
    BOOST_TEST_CONTEXT(host) {
      BOOST_TEST(authority_of("/", host) == "malformed");
    }
  }
  BOOST_TEST(authority_of("/", std::string(256, 'a')) == "malformed");
}

BOOST_AUTO_TEST_CASE(A10_two_hosts_or_none_are_refused) {
  RequestHead head = head_of("/");
  head.headers.add("host", "a");
  BOOST_TEST(!canonicalize(head, TargetRules{}));
  head.headers.clear();
  BOOST_TEST(!canonicalize(head, TargetRules{}));
  head.version = Version::http_1_0;
  BOOST_TEST(canonicalize(head, TargetRules{})->authority() == "");
}

BOOST_AUTO_TEST_CASE(A13_asterisk_and_connect_have_their_methods) {
  const auto made = canonicalize(head_of("*", "a", "OPTIONS"), TargetRules{});
  BOOST_REQUIRE(made);
  BOOST_TEST(made->is_asterisk());
  BOOST_TEST(made->path() == "/");
  BOOST_TEST(made->to_string() == "*");
  BOOST_TEST(both_paths("*") == "malformed");
  BOOST_TEST(both_paths("a:443") == "malformed");
  const auto tunnel = canonicalize(head_of("a:443", "a", "CONNECT"), TargetRules{});
  BOOST_TEST((tunnel.error().code == Errc::unsupported));
}

BOOST_AUTO_TEST_CASE(too_long_a_target_is_too_large) {
  TargetRules rules;
  rules.max_length = 8;
  BOOST_TEST(canonicalize(head_of("/1234567"), rules).has_value());
  BOOST_TEST((canonicalize(head_of("/12345678"), rules).error().code == Errc::too_large));
}

BOOST_AUTO_TEST_CASE(errors_are_the_clients) {
  BOOST_TEST((judged("/%00").error().side == Side::client));
  BOOST_TEST(judged("/%00").error().detail == "target: encoded control character");
}

// SALLYPORT_TARGET_RUNS sets the number of random targets; 10000000 is what the attack list asks for.
BOOST_AUTO_TEST_CASE(A16_what_is_forwarded_is_judged_alike) {
  const char* wanted = std::getenv("SALLYPORT_TARGET_RUNS");
  const long runs = wanted != nullptr ? std::atol(wanted) : 1000000;
  static constexpr std::string_view kPieces[] = {
      "/",   "/",     "/",   "..",  ".",   "%2e",    "%2E", ";",  "%3b",    "%3B", "%25", "2e", "a",   "B",
      "%20", "?",     "x=1", "%c3", "%a9", "%C3%A9", "|",   "\"", "%41",    "~",   ":",   "@",  "%7c", "*",
      "%",   "u002e", "\\",  "%2f", "%00", "{",      "'",   "&",  "%c2%85", "%3f", "%23", "+"};
  std::mt19937 random(16);
  std::size_t accepted = 0;
  std::string target;
  RequestHead head = head_of("");
  for (long run = 0; run < runs; ++run) {
    head.target = "/";
    for (std::size_t left = random() % 8; left > 0; --left) head.target += kPieces[random() % std::size(kPieces)];
    const auto made = canonicalize(head, TargetRules{});
    if (!made) continue;
    ++accepted;
    if (!is_stable(*made) || !is_clean(made->path())) BOOST_FAIL(head.target + " gives " + made->to_string());
  }
  BOOST_TEST(accepted > static_cast<std::size_t>(runs) / 10);
}

BOOST_AUTO_TEST_SUITE_END()
