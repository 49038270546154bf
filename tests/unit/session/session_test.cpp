#include "session/session.hpp"

#include <boost/test/unit_test.hpp>

#include "session/sample.hpp"

using namespace sallyport;
using namespace sallyport::session;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const TimePoint kStart = TimePoint() + std::chrono::hours(100);
const Limits kLimits{minutes(60), minutes(10), minutes(5)};

std::shared_ptr<const ParkedRequest> parked_for(std::string user) {
  auto parked = std::make_shared<ParkedRequest>();
  parked->method = "POST";
  parked->user = std::move(user);
  return parked;
}

Session alice() {
  return authenticated(begin("h1", Secret("t1"), kStart), sample_subject("alice"), "h2", Secret("t2"), kStart);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_session)

BOOST_AUTO_TEST_CASE(sessions_end_by_idleness_and_by_age) {
  Session session = alice();
  BOOST_TEST((judge(session, kStart, kLimits) == Verdict::live));
  BOOST_TEST((judge(session, kStart + minutes(10) - seconds(1), kLimits) == Verdict::live));
  BOOST_TEST((judge(session, kStart + minutes(10), kLimits) == Verdict::idle_expired));
  for (int minute = 9; minute < 60; minute += 9) session = touched(session, kStart + minutes(minute));
  BOOST_TEST((judge(session, kStart + minutes(59), kLimits) == Verdict::live));
  BOOST_TEST((judge(session, kStart + minutes(60), kLimits) == Verdict::lifetime_expired));
  BOOST_TEST((judge(session, kStart + minutes(600), kLimits) == Verdict::lifetime_expired));
  BOOST_TEST((judge(session, kStart + minutes(600), Limits{}) == Verdict::live));
}

// attack case D8
BOOST_AUTO_TEST_CASE(D8_a_session_without_user_is_short) {
  const Session session = begin("h", Secret("t"), kStart);
  BOOST_TEST((judge(session, kStart + minutes(5) - seconds(1), kLimits) == Verdict::live));
  BOOST_TEST((judge(touched(session, kStart + minutes(4)), kStart + minutes(5), kLimits) == Verdict::lifetime_expired));
}

BOOST_AUTO_TEST_CASE(an_older_request_does_not_make_a_session_younger) {
  const Session session = touched(alice(), kStart + minutes(5));
  BOOST_TEST((touched(session, kStart + minutes(4)).last_active == kStart + minutes(5)));
}

// attack cases F1 and F2
BOOST_AUTO_TEST_CASE(F1_a_login_changes_handle_and_form_token) {
  const Session before = begin("h1", Secret("t1"), kStart);
  const Session after = authenticated(before, sample_subject("alice"), "h2", Secret("t2"), kStart + minutes(4));
  BOOST_TEST(after.handle == "h2");
  BOOST_TEST(is_form_token(after, "t2"));
  BOOST_TEST(!is_form_token(after, "t1"));
  BOOST_TEST((after.created == kStart + minutes(4)));
  BOOST_TEST(!before.subject.is_authenticated());
}

BOOST_AUTO_TEST_CASE(a_step_up_does_not_lengthen_the_life_of_a_session) {
  const Session after = authenticated(alice(), sample_subject("alice", 2), "h3", Secret("t3"), kStart + minutes(30));
  BOOST_TEST((after.created == kStart));
  BOOST_TEST((after.authenticated == kStart + minutes(30)));
  BOOST_TEST(after.subject.credential().level() == 2);
  const Session bob = authenticated(alice(), sample_subject("bob"), "h3", Secret("t3"), kStart + minutes(30));
  BOOST_TEST((bob.created == kStart + minutes(30)));
}

// attack case F6
BOOST_AUTO_TEST_CASE(F6_another_user_does_not_get_the_parked_request) {
  const Session hers = with_parked(alice(), parked_for("alice"));
  BOOST_TEST(!authenticated(hers, sample_subject("bob"), "h", Secret("t"), kStart).parked);
  BOOST_TEST(authenticated(hers, sample_subject("alice", 2), "h", Secret("t"), kStart).parked);
  const Session nobodys = with_parked(begin("h", Secret("t"), kStart), parked_for(""));
  BOOST_TEST(authenticated(nobodys, sample_subject("bob"), "h", Secret("t"), kStart).parked);
  BOOST_TEST(!with_parked(hers, nullptr).parked);
}

// attack case F8
BOOST_AUTO_TEST_CASE(F8_an_empty_token_is_no_token) {
  Session session;
  BOOST_TEST(!is_form_token(session, ""));
  session.form_token = Secret("abc");
  BOOST_TEST(!is_form_token(session, ""));
  BOOST_TEST(!is_form_token(session, "abd"));
  BOOST_TEST(is_form_token(session, "abc"));
}

BOOST_AUTO_TEST_SUITE_END()
