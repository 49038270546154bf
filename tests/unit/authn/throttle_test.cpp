#include "authn/throttle.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::authn;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const TimePoint kStart = TimePoint() + hours(100);

IpAddress ip(std::string_view text) {
  return IpAddress::parse(text).value();
}
IpAddress ip(int number) {
  return ip("10." + std::to_string(number / 65536) + "." + std::to_string(number / 256 % 256) + "." +
            std::to_string(number % 256));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_throttle)

// attack case F10
BOOST_AUTO_TEST_CASE(F10_many_passwords_for_one_user_from_one_address) {
  LoginThrottle throttle{ThrottleLimits{}};
  int tried = 0;
  for (int i = 0; i < 1000; ++i) tried += !throttle.take("alice", ip("192.0.2.1"), kStart + seconds(i)).has_value();
  // Five at once, then one or two whenever the block has ended.
  BOOST_TEST(tried >= 5);
  BOOST_TEST(tried <= 5 + 2 * (1000 / 180));
  // The real user on another address still gets in.
  BOOST_TEST(!throttle.take("alice", ip("198.51.100.7"), kStart + seconds(1000)));
}

BOOST_AUTO_TEST_CASE(a_refused_attempt_tells_the_wait_and_does_not_lengthen_it) {
  LoginThrottle throttle{ThrottleLimits{}};
  for (int i = 0; i < 5; ++i) BOOST_TEST(!throttle.take("alice", ip(1), kStart));
  BOOST_TEST((throttle.take("alice", ip(1), kStart).value() == minutes(3)));
  BOOST_TEST((throttle.take("alice", ip(1), kStart + minutes(2)).value() == minutes(1)));
  // One failure is forgotten in two minutes, so that there is one attempt, and then the next block.
  BOOST_TEST(!throttle.take("alice", ip(1), kStart + minutes(3)));
  BOOST_TEST((throttle.take("alice", ip(1), kStart + minutes(3)).value() == minutes(3)));
}

BOOST_AUTO_TEST_CASE(failures_are_forgotten_after_the_window) {
  LoginThrottle throttle{ThrottleLimits{}};
  for (int i = 0; i < 5; ++i) throttle.take("alice", ip(1), kStart);
  for (int i = 0; i < 5; ++i) BOOST_TEST(!throttle.take("alice", ip(1), kStart + minutes(10)));
  BOOST_TEST(throttle.take("alice", ip(1), kStart + minutes(10)).has_value());
}

BOOST_AUTO_TEST_CASE(a_limit_of_zero_is_none) {
  ThrottleLimits limits;
  limits.user_address_max_failures = limits.address_max_failures = limits.user_max_failures = 0;
  LoginThrottle throttle(limits);
  for (int i = 0; i < 1000; ++i) BOOST_TEST(!throttle.take("alice", ip(1), kStart));
  BOOST_TEST(throttle.size() == 0u);
}

// attack case F10
BOOST_AUTO_TEST_CASE(F10_one_password_for_many_users_from_one_address) {
  LoginThrottle throttle{ThrottleLimits{}};
  int tried = 0;
  for (int i = 0; i < 1000; ++i) tried += !throttle.take("user" + std::to_string(i), ip(1), kStart).has_value();
  BOOST_TEST(tried == 50);
  BOOST_TEST(!throttle.take("user0", ip(2), kStart));
}

// attack case F10
BOOST_AUTO_TEST_CASE(F10_slow_guessing_from_many_addresses_does_not_lock_the_user_out) {
  LoginThrottle throttle{ThrottleLimits{}};
  const IpAddress home = ip("198.51.100.7");
  BOOST_TEST(!throttle.take("alice", home, kStart));
  throttle.succeeded("alice", home, kStart);
  int tried = 0;
  for (int i = 0; i < 1000; ++i) tried += !throttle.take("alice", ip(i), kStart + seconds(i)).has_value();
  BOOST_TEST(tried <= 100 + 1000 / 6 + 1);
  BOOST_TEST(throttle.take("alice", ip(5000), kStart + seconds(1000)).has_value());
  BOOST_TEST(!throttle.take("alice", home, kStart + seconds(1000)));
  // An address is not known for ever, and not for other users.
  BOOST_TEST(throttle.take("alice", ip(5000), kStart + seconds(1000)).has_value());
  for (int i = 0; i < 200; ++i) throttle.take("bob", ip(i), kStart + seconds(1000));
  BOOST_TEST(throttle.take("bob", home, kStart + seconds(1000)).has_value());
}

// attack case F10: the forged address is no matter of ours, but spellings of a name are
BOOST_AUTO_TEST_CASE(F10_spellings_of_a_name_share_one_counter) {
  LoginThrottle throttle{ThrottleLimits{}};
  for (const char* name : {"alice", "Alice", "ALICE", " alice", "alice\t"}) {
    BOOST_TEST(!throttle.take(name, ip(1), kStart));
  }
  BOOST_TEST(throttle.take("aLICE ", ip(1), kStart).has_value());
}

BOOST_AUTO_TEST_CASE(F10_other_limits_keep_what_was_counted) {
  ThrottleLimits limits;
  LoginThrottle throttle{limits};
  for (int i = 0; i < 5; ++i) BOOST_TEST(!throttle.take("alice", ip(1), kStart));
  for (int i = 0; i < 2; ++i) BOOST_TEST(!throttle.take("bob", ip(1), kStart));
  // A block stays.
  limits.user_address_max_failures = 50;
  throttle.set_limits(limits);
  BOOST_TEST(throttle.take("alice", ip(1), kStart).has_value());
  // A smaller number counts what was tried before.
  limits.user_address_max_failures = 2;
  throttle.set_limits(limits);
  BOOST_TEST(!throttle.take("bob", ip(1), kStart));
  BOOST_TEST(throttle.take("bob", ip(1), kStart).has_value());
  // Off and on again.
  limits.user_address_max_failures = limits.address_max_failures = limits.user_max_failures = 0;
  throttle.set_limits(limits);
  for (int i = 0; i < 100; ++i) BOOST_TEST(!throttle.take("bob", ip(1), kStart));
  throttle.set_limits(ThrottleLimits{});
  for (int i = 0; i < 5; ++i) BOOST_TEST(!throttle.take("bob", ip(1), kStart));
  BOOST_TEST(throttle.take("bob", ip(1), kStart).has_value());
}

BOOST_AUTO_TEST_CASE(neighbouring_addresses_count_as_one_by_their_prefix) {
  LoginThrottle throttle{ThrottleLimits{}};
  for (int i = 1; i <= 5; ++i) {
    BOOST_TEST(!throttle.take("alice", ip("2001:db8:0:1::" + std::to_string(i)), kStart));
  }
  BOOST_TEST(throttle.take("alice", ip("2001:db8:0:1:ffff::1"), kStart).has_value());
  BOOST_TEST(!throttle.take("alice", ip("2001:db8:0:2::1"), kStart));
  ThrottleLimits limits;
  limits.address_prefix_v4 = 24;
  LoginThrottle coarse(limits);
  for (int i = 1; i <= 5; ++i) BOOST_TEST(!coarse.take("alice", ip(i), kStart));
  BOOST_TEST(coarse.take("alice", ip(6), kStart).has_value());
  BOOST_TEST(!coarse.take("alice", ip(256), kStart));
}

BOOST_AUTO_TEST_CASE(a_right_password_clears_the_pair) {
  LoginThrottle throttle{ThrottleLimits{}};
  for (int i = 0; i < 4; ++i) throttle.take("alice", ip(1), kStart);
  BOOST_TEST(!throttle.take("alice", ip(1), kStart));
  throttle.succeeded("alice", ip(1), kStart);
  for (int i = 0; i < 5; ++i) BOOST_TEST(!throttle.take("alice", ip(1), kStart));
  BOOST_TEST(throttle.take("alice", ip(1), kStart).has_value());
}

BOOST_AUTO_TEST_CASE(an_account_of_his_own_does_not_help_the_guesser) {
  LoginThrottle throttle{ThrottleLimits{}};
  int tried = 0;
  for (int i = 0; i < 1000; ++i) {
    if (!throttle.take("mallory", ip(1), kStart)) throttle.succeeded("mallory", ip(1), kStart);
    tried += !throttle.take("user" + std::to_string(i), ip(1), kStart).has_value();
  }
  BOOST_TEST(tried == 50);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_nobody_could_judge_does_not_count) {
  LoginThrottle throttle{ThrottleLimits{}};
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST(!throttle.take("alice", ip(1), kStart));
    throttle.released("alice", ip(1));
  }
}

BOOST_AUTO_TEST_CASE(attempts_at_the_same_moment_count_before_they_are_judged) {
  LoginThrottle throttle{ThrottleLimits{}};
  int under_way = 0;
  while (!throttle.take("alice", ip(1), kStart)) ++under_way;
  BOOST_TEST(under_way == 5);
}

// attack case D8 in spirit: counters are bounded
BOOST_AUTO_TEST_CASE(memory_is_bounded_and_the_oldest_is_forgotten_first) {
  ThrottleLimits limits;
  limits.max_tracked = 100;
  LoginThrottle throttle(limits);
  for (int i = 0; i < 5; ++i) throttle.take("alice", ip(1), kStart);
  for (int i = 0; i < 10000; ++i) throttle.take("user" + std::to_string(i), ip(100 + i), kStart);
  BOOST_TEST(throttle.size() <= 400u);
  for (int i = 0; i < 5; ++i) throttle.take("bob", ip(1), kStart);
  for (int i = 0; i < 50; ++i) throttle.take("other" + std::to_string(i), ip(60000 + i), kStart);
  BOOST_TEST(throttle.take("bob", ip(1), kStart).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
