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
BOOST_AUTO_TEST_CASE(F1_a_login_changes_the_form_token_and_the_entry_stays) {
  const Session before = begin("h1", Secret("t1"), kStart);
  const Session after = authenticated(before, sample_subject("alice"), "h2", Secret("t2"), kStart + minutes(4));
  BOOST_TEST(after.handle == "h1");
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

namespace {

// Levels 1 and 2 last as long as the session, 3 lasts 10 minutes.
const LevelLifetimes kLastsTen{{minutes(0), minutes(0), minutes(0), minutes(10)}};
const LevelLifetimes kAllLast{{minutes(0), minutes(30), minutes(20), minutes(10)}};

Session proved(const Session& session, int level, int minute, std::string user = "alice") {
  return authenticated(session, sample_subject(std::move(user), level), "h" + std::to_string(minute),
                       Secret("t" + std::to_string(minute)), kStart + minutes(minute));
}

Session lapsed_at(const Session& session, int minute, const LevelLifetimes& lifetimes) {
  BOOST_REQUIRE(has_lapsed(session, kStart + minutes(minute), lifetimes));
  return lapsed(session, "new", Secret("n" + std::to_string(minute)), kStart + minutes(minute), lifetimes);
}

}  // namespace

// attack case F5
BOOST_AUTO_TEST_CASE(F5_a_level_that_is_over_gives_way_to_the_one_before) {
  const Session high = proved(alice(), 3, 5);
  BOOST_TEST(!has_lapsed(high, kStart + minutes(15) - seconds(1), kLastsTen));
  const Session low = lapsed_at(high, 15, kLastsTen);
  BOOST_TEST(low.subject.level() == 1);
  BOOST_TEST(low.handle == high.handle);
  BOOST_TEST((low.created == kStart));
  BOOST_TEST((low.authenticated == kStart));
  BOOST_TEST(!low.before);
  BOOST_TEST(is_form_token(low, "n15"));
  BOOST_TEST(!is_form_token(low, "t5"));
  BOOST_TEST(!has_lapsed(low, kStart + minutes(600), kLastsTen));
}

BOOST_AUTO_TEST_CASE(whatever_a_session_was_proved_by_is_known) {
  BOOST_TEST(!was_proved_by(begin("h", Secret("t"), kStart), "password"));
  BOOST_TEST(was_proved_by(alice(), "password"));
  identity::CredentialFields fields;
  fields.user = "alice";
  fields.method = "certificate";
  fields.level = 2;
  const identity::Subject higher(identity::Credential::make(std::move(fields)).value());
  const Session both = authenticated(alice(), higher, "h2", Secret("t2"), kStart);
  BOOST_TEST(was_proved_by(both, "password"));
  BOOST_TEST(was_proved_by(both, "certificate"));
  BOOST_TEST(!was_proved_by(both, "totp"));
}

BOOST_AUTO_TEST_CASE(F5_each_level_has_its_own_clock) {
  const Session three = proved(proved(alice(), 2, 5), 3, 12);
  BOOST_TEST(lapsed_at(three, 22, kAllLast).subject.level() == 2);  // until 25
  BOOST_TEST(lapsed_at(three, 26, kAllLast).subject.level() == 1);  // until 30
  BOOST_TEST(!lapsed_at(three, 31, kAllLast).subject.is_authenticated());
  // A higher level that lasts longer than a lower one still counts when that is over.
  const LevelLifetimes low_is_short{{minutes(0), minutes(5), minutes(20)}};
  const Session two = proved(alice(), 2, 4);
  BOOST_TEST(!has_lapsed(two, kStart + minutes(23), low_is_short));
  BOOST_TEST(!lapsed_at(two, 24, low_is_short).subject.is_authenticated());
}

BOOST_AUTO_TEST_CASE(F5_a_login_at_a_lower_level_is_at_that_level) {
  const Session low = proved(proved(proved(alice(), 2, 1), 3, 2), 1, 3);
  BOOST_TEST(low.subject.level() == 1);
  BOOST_TEST(!low.before);
  const Session middle = proved(proved(proved(alice(), 2, 1), 3, 2), 2, 3);
  BOOST_TEST(middle.subject.level() == 2);
  BOOST_REQUIRE(middle.before);
  BOOST_TEST(middle.before->subject.level() == 1);
  BOOST_TEST((middle.before->proved == kStart));
}

BOOST_AUTO_TEST_CASE(F3_who_has_to_log_in_again_is_known) {
  const LevelLifetimes short_password{{minutes(0), minutes(10)}};
  const Session before = with_parked(with_wanted_level(alice(), 1), parked_for("alice"));
  const Session session = lapsed_at(before, 10, short_password);
  BOOST_TEST(!session.subject.is_authenticated());
  BOOST_TEST(session.owner().name() == "alice");
  BOOST_TEST(session.handle == "new");
  BOOST_TEST((session.created == kStart + minutes(10)));
  BOOST_TEST(session.wanted_level == 0);
  BOOST_TEST(session.parked);
  BOOST_TEST(!has_lapsed(session, kStart + minutes(600), short_password));
  const Session again = proved(session, 1, 11);
  BOOST_TEST(again.parked);
  BOOST_TEST(!again.before);
  BOOST_TEST((again.created == kStart + minutes(11)));
  // Somebody else gets nothing of it (attack case F6).
  BOOST_TEST(!proved(session, 1, 11, "bob").parked);
}

BOOST_AUTO_TEST_CASE(a_session_is_its_users) {
  BOOST_TEST(!begin("h", Secret("t"), kStart).owner().is_authenticated());
  BOOST_TEST(proved(alice(), 2, 1).owner().level() == 2);
}

BOOST_AUTO_TEST_CASE(another_user_gets_nothing_of_what_was_proved) {
  const Session bobs = proved(proved(alice(), 2, 1), 1, 2, "bob");
  BOOST_TEST(!bobs.before);
  BOOST_TEST(bobs.handle == "h2");
}

BOOST_AUTO_TEST_CASE(F12_what_may_count_again_is_renewed_too) {
  const auto renew = [](const identity::Credential& old) {
    identity::CredentialFields fields = old.fields();
    fields.groups = {"new"};
    return identity::Credential::make(std::move(fields)).value();
  };
  const auto three = with_renewed(proved(proved(alice(), 2, 5), 3, 12), renew);
  BOOST_REQUIRE(three);
  const auto group = identity::Name::make("new").value();
  BOOST_TEST(three->subject.credential().in_group(group));
  const Session one = lapsed_at(*three, 26, kAllLast);
  BOOST_TEST(one.subject.level() == 1);
  BOOST_TEST(one.subject.credential().in_group(group));
  BOOST_TEST(lapsed_at(*three, 22, kAllLast).before->subject.level() == 1);
  BOOST_TEST(!with_renewed(alice(), [](const auto&) { return std::shared_ptr<const identity::Credential>(); }));
}

BOOST_AUTO_TEST_CASE(F2_what_is_left_behind_ends_soon_and_keeps_nothing) {
  const Session left =
      left_behind(with_parked(with_wanted_level(alice(), 2), parked_for("alice")), kStart + seconds(5));
  BOOST_TEST(is_left_behind(left));
  BOOST_TEST(!is_left_behind(alice()));
  BOOST_TEST((judge(left, kStart + seconds(4), kLimits) == Verdict::live));
  BOOST_TEST((judge(left, kStart + seconds(5), Limits{}) == Verdict::lifetime_expired));
  BOOST_TEST(!left.parked);
  BOOST_TEST(left.wanted_level == 0);
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
