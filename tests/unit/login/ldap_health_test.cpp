#include "login/ldap_health.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::login;
using namespace std::chrono_literals;

namespace {

struct Two {
  LdapHealth health{2, 30s};
  TimePoint now{1h};
  const std::vector<bool> none{false, false};
  const std::vector<bool> first{true, false};

  // Asks the best server and says how it went.
  std::size_t fail() {
    const auto turn = health.next(none);
    BOOST_TEST_REQUIRE(turn.has_value());
    health.failed(*turn, now);
    return turn->server;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(login_ldap_health, Two)

BOOST_AUTO_TEST_CASE(the_preferred_server_is_asked_while_it_is_up) {
  for (int i = 0; i < 3; ++i) {
    const auto turn = health.next(none);
    BOOST_TEST(turn->server == 0u);
    BOOST_TEST(!health.succeeded(*turn));
  }
  BOOST_TEST(health.next(first)->server == 1u);
  BOOST_TEST(!health.next({true, true}).has_value());
}

BOOST_AUTO_TEST_CASE(a_server_that_failed_is_left_alone_for_the_retry_interval) {
  BOOST_TEST(fail() == 0u);
  BOOST_TEST(health.next(none)->server == 1u);
  now += 29s;
  BOOST_TEST(!health.due(now).has_value());
  BOOST_TEST(health.next(none)->server == 1u);
  now += 1s;
  BOOST_TEST(health.next(none)->server == 1u);  // no login tries it even then
  const auto turn = health.due(now);
  BOOST_TEST_REQUIRE(turn.has_value());
  BOOST_TEST(turn->server == 0u);
  BOOST_TEST(!health.due(now).has_value());  // one is enough
  BOOST_TEST(health.succeeded(*turn));
  BOOST_TEST(health.next(none)->server == 0u);
}

BOOST_AUTO_TEST_CASE(a_trial_that_fails_begins_the_interval_anew) {
  fail();
  now += 30s;
  BOOST_TEST(!health.failed(*health.due(now), now));  // it was down before
  now += 29s;
  BOOST_TEST(!health.due(now).has_value());
  now += 1s;
  const auto turn = health.due(now);
  BOOST_TEST_REQUIRE(turn.has_value());
  health.released(*turn);
  BOOST_TEST(health.due(now).has_value());
}

BOOST_AUTO_TEST_CASE(G4_when_no_server_is_up_each_is_tried_by_one_login_at_a_time_and_at_once) {
  BOOST_TEST(fail() == 0u);
  BOOST_TEST(fail() == 1u);
  const auto one = health.next(none);
  const auto other = health.next(none);
  BOOST_TEST_REQUIRE((one && other));
  BOOST_TEST(one->server == 0u);
  BOOST_TEST(other->server == 1u);
  BOOST_TEST(!health.next(none).has_value());
  BOOST_TEST(!health.due(now + 1h).has_value());
  BOOST_TEST(!health.failed(*one, now));
  BOOST_TEST(health.succeeded(*other));
  BOOST_TEST(health.next(none)->server == 1u);
}

BOOST_AUTO_TEST_CASE(a_login_whose_last_server_failed_tries_one_that_is_down) {
  BOOST_TEST(fail() == 0u);
  const auto turn = health.next(none);
  BOOST_TEST(turn->server == 1u);
  health.failed(*turn, now);
  const auto last = health.next({false, true});
  BOOST_TEST_REQUIRE(last.has_value());
  BOOST_TEST(last->server == 0u);
  BOOST_TEST(last->is_trial);
}

BOOST_AUTO_TEST_CASE(a_late_failure_of_a_login_does_not_end_somebody_elses_trial) {
  const auto slow = health.next(none);
  BOOST_TEST(health.failed(*health.next(none), now));
  now += 30s;
  const auto trial = health.due(now);
  BOOST_TEST_REQUIRE(trial.has_value());
  BOOST_TEST(!health.failed(*slow, now));
  BOOST_TEST(!health.due(now + 1h).has_value());
  BOOST_TEST(health.succeeded(*trial));
}

BOOST_AUTO_TEST_SUITE_END()
