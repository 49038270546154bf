#include "authn/proof.hpp"

#include <boost/test/unit_test.hpp>

#include "session/sample.hpp"

using namespace sallyport;
using namespace sallyport::authn;

namespace {

const TimePoint kNow = TimePoint() + std::chrono::hours(100);

StepUpLadder ladder(bool higher_is_fine = false) {
  const std::vector<std::string_view> levels = {"unauthenticated", "password", "ssl", "totp"};
  return StepUpLadder::make(levels, higher_is_fine).value();
}

session::Session visitors() {
  return session::begin("h", Secret("t"), kNow);
}

// alice, logged in at this level, in the middle of a step-up to another one.
session::Session alices(int level, int wanted) {
  const auto logged_in =
      session::authenticated(visitors(), session::sample_subject("alice", level), "h", Secret("t"), kNow);
  return session::with_wanted_level(logged_in, wanted);
}

// alice's, whose login is over.
session::Session lapsed() {
  const session::LevelLifetimes lifetimes{{Duration::zero(), std::chrono::minutes(1)}};
  return session::lapsed(alices(1, 0), "h2", Secret("t2"), kNow + std::chrono::minutes(1), lifetimes);
}

std::string judged(const session::Session* session, const std::string& user, int level, bool higher_is_fine = false,
                   bool any_user = false) {
  switch (judge_proof(session, session::sample_subject(user, level).credential(), ladder(higher_is_fine), any_user)) {
    case ProofOutcome::logged_in: return "logged in";
    case ProofOutcome::stepped_up: return "stepped up";
    case ProofOutcome::wrong_user: return "wrong user";
    case ProofOutcome::level_too_low: return "level";
    case ProofOutcome::not_stored: return "not stored";
  }
  return "";
}

std::string judged(const session::Session& session, const std::string& user, int level, bool higher_is_fine = false,
                   bool any_user = false) {
  return judged(&session, user, level, higher_is_fine, any_user);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_proof)

BOOST_AUTO_TEST_CASE(who_was_nobody_is_logged_in_at_whatever_level) {
  BOOST_TEST(judged(nullptr, "alice", 1) == "logged in");
  BOOST_TEST(judged(visitors(), "alice", 2) == "logged in");
  // What is asked of a visitor is shown to him, but he may begin lower.
  BOOST_TEST(judged(session::with_wanted_level(visitors(), 2), "alice", 1) == "logged in");
}

BOOST_AUTO_TEST_CASE(F3_a_step_up_is_the_users_own) {
  BOOST_TEST(judged(alices(1, 2), "alice", 2) == "stepped up");
  BOOST_TEST(judged(alices(1, 2), "ALICE", 2) == "stepped up");
  BOOST_TEST(judged(alices(1, 2), "bob", 2) == "wrong user");
  BOOST_TEST(judged(alices(1, 2), "bob", 1) == "wrong user");
  BOOST_TEST(judged(alices(1, 2), "bob", 2, false, true) == "logged in");
}

BOOST_AUTO_TEST_CASE(F3_who_has_to_log_in_again_is_no_other_user) {
  BOOST_TEST(judged(lapsed(), "alice", 1) == "logged in");
  BOOST_TEST(judged(lapsed(), "alice", 2) == "logged in");
  BOOST_TEST(judged(lapsed(), "bob", 1) == "wrong user");
  BOOST_TEST(judged(lapsed(), "bob", 1, false, true) == "logged in");
}

BOOST_AUTO_TEST_CASE(F5_a_step_up_needs_the_level_that_it_was_begun_for) {
  BOOST_TEST(judged(alices(1, 3), "alice", 1) == "level");
  BOOST_TEST(judged(alices(1, 3), "alice", 2) == "level");
  BOOST_TEST(judged(alices(1, 3), "alice", 3) == "stepped up");
  BOOST_TEST(judged(alices(2, 3), "alice", 1) == "level");
  BOOST_TEST(judged(alices(1, 3), "bob", 1, false, true) == "level");
}

BOOST_AUTO_TEST_CASE(a_higher_level_than_asked_for_is_taken_only_where_that_is_configured) {
  BOOST_TEST(judged(alices(1, 2), "alice", 3) == "level");
  BOOST_TEST(judged(alices(1, 2), "alice", 3, true) == "stepped up");
  BOOST_TEST(judged(alices(1, 2), "alice", 1, true) == "level");
}

BOOST_AUTO_TEST_CASE(a_login_that_nobody_asked_for_is_a_login) {
  BOOST_TEST(judged(alices(1, 0), "alice", 1) == "logged in");
  BOOST_TEST(judged(alices(2, 0), "alice", 1) == "logged in");
  BOOST_TEST(judged(alices(1, 0), "alice", 2) == "stepped up");
  BOOST_TEST(judged(alices(1, 0), "bob", 2) == "logged in");
}

BOOST_AUTO_TEST_SUITE_END()
