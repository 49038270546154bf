#include "session/parked_request.hpp"

#include <boost/test/unit_test.hpp>

#include "session/sample.hpp"

using namespace sallyport;
using namespace sallyport::session;
using std::chrono::minutes;

namespace {

const TimePoint kNow = TimePoint() + std::chrono::hours(100);
const ParkLimits kLimits{100, 1000, minutes(10)};

http::RequestHead post(std::string_view site = "same-origin") {
  http::RequestHead head = sample_head("POST", "/app/form?x=1");
  head.headers.add("Sec-Fetch-Site", site);
  head.headers.add("Content-Type", "application/x-www-form-urlencoded");
  head.headers.add("Content-Length", "3");
  head.headers.add("Cookie", "__Host-sallyport=secret");
  head.headers.add("Authorization", "Basic eDp5");
  head.headers.add("X-Other", "1");
  return head;
}

Result<ParkedRequest> park_it(const http::RequestHead& head, std::string body = "a=b",
                              const identity::Subject& subject = {}) {
  return park(head, sample_target(head), std::move(body), "https", subject, kNow, kLimits);
}

bool returns(const ParkedRequest& parked, const http::RequestHead& head, const identity::Subject& subject,
             TimePoint now = kNow) {
  return is_return(parked, head, sample_target(head), subject, now, kLimits);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_parked_request)

BOOST_AUTO_TEST_CASE(what_describes_the_body_is_kept_and_no_credential) {
  const auto parked = park_it(post()).value();
  BOOST_TEST(parked.method == "POST");
  BOOST_TEST(parked.target == "/app/form?x=1");
  BOOST_TEST(parked.authority == "app.example");
  BOOST_TEST(parked.body == "a=b");
  BOOST_TEST(parked.headers.size() == 1u);
  BOOST_TEST(parked.headers.find("content-type").value() == "application/x-www-form-urlencoded");
}

// attack case F6
BOOST_AUTO_TEST_CASE(F6_a_post_from_another_page_is_not_parked) {
  BOOST_TEST((park_it(post("cross-site")).error().code == Errc::denied));
  BOOST_TEST((park_it(post("same-site")).error().code == Errc::denied));
  http::RequestHead bare = post();
  bare.headers.remove("Sec-Fetch-Site");
  BOOST_TEST(park_it(bare).has_value());  // no browser
  bare.headers.add("Origin", "https://evil.example");
  BOOST_TEST((park_it(bare).error().code == Errc::denied));
  bare.headers.set("Origin", "https://app.example");
  BOOST_TEST(park_it(bare).has_value());
  http::RequestHead get = sample_head("GET", "/app/x");
  get.headers.add("Sec-Fetch-Site", "cross-site");
  BOOST_TEST(park_it(get, "").has_value());
}

// attack case D5
BOOST_AUTO_TEST_CASE(D5_what_is_parked_is_bounded) {
  BOOST_TEST(park_it(post(), std::string(100, 'x')).has_value());
  BOOST_TEST((park_it(post(), std::string(101, 'x')).error().code == Errc::too_large));
  http::RequestHead head = post();
  head.headers.add("Referer", std::string(1000, 'x'));
  BOOST_TEST((park_it(head).error().code == Errc::too_large));
}

BOOST_AUTO_TEST_CASE(tunnels_and_traces_are_not_parked) {
  http::RequestHead head = post();
  const auto target = sample_target(head);
  for (const char* method : {"CONNECT", "TRACE"}) {
    head.method = method;
    BOOST_TEST((park(head, target, "", "https", {}, kNow, kLimits).error().code == Errc::unsupported));
  }
}

// attack case F6
BOOST_AUTO_TEST_CASE(F6_only_the_same_user_gets_it_back_and_only_for_a_while) {
  const auto parked = park_it(post(), "a=b", sample_subject("alice")).value();
  const auto back = sample_head("GET", "/app/form?x=1");
  BOOST_TEST(returns(parked, back, sample_subject("alice")));
  BOOST_TEST(!returns(parked, back, sample_subject("bob")));
  BOOST_TEST(!returns(parked, back, {}));
  BOOST_TEST(!returns(parked, back, sample_subject("alice"), kNow + minutes(10)));
  BOOST_TEST(!returns(parked, sample_head("POST", "/app/form?x=1"), sample_subject("alice")));
  BOOST_TEST(!returns(parked, sample_head("GET", "/app/form?x=2"), sample_subject("alice")));
  BOOST_TEST(!returns(parked, sample_head("GET", "/app/form"), sample_subject("alice")));
  BOOST_TEST(!returns(parked, sample_head("GET", "/app/form?x=1", "other.example"), sample_subject("alice")));
  BOOST_TEST(returns(park_it(post()).value(), back, sample_subject("bob")));
}

BOOST_AUTO_TEST_CASE(a_replay_has_the_old_body_and_the_new_cookies) {
  const auto parked = park_it(post()).value();
  http::RequestHead back = sample_head("GET", "/app/form?x=1");
  back.headers.add("Cookie", "__Host-sallyport=new");
  back.headers.add("Accept", "text/plain");
  back.headers.add("If-None-Match", "\"x\"");
  back.headers.add("User-Agent", "browser");
  const http::RequestHead head = replayed(parked, back);
  BOOST_TEST(head.method == "POST");
  BOOST_TEST(head.target == "/app/form?x=1");
  BOOST_TEST(head.headers.find("Cookie").value() == "__Host-sallyport=new");
  BOOST_TEST(head.headers.find("Content-Type").value() == "application/x-www-form-urlencoded");
  BOOST_TEST(head.headers.find("Content-Length").value() == "3");
  BOOST_TEST(head.headers.count("Content-Length") == 1u);
  BOOST_TEST(head.headers.find("User-Agent").value() == "browser");
  BOOST_TEST(!head.headers.has("If-None-Match"));
  BOOST_TEST(!head.headers.has("Accept"));
  BOOST_TEST(head.headers.find("Host").value() == "app.example");
}

BOOST_AUTO_TEST_SUITE_END()
