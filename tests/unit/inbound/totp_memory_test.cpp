#include "inbound/totp_memory.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::inbound;

BOOST_AUTO_TEST_SUITE(inbound_totp_memory)

BOOST_AUTO_TEST_CASE(a_code_is_used_once_and_none_before_it_any_more) {
  TotpMemory memory;
  BOOST_TEST(memory.use("alice", 100, 100, 1));
  BOOST_TEST(!memory.use("alice", 100, 100, 1));
  BOOST_TEST(!memory.use("alice", 99, 100, 1));
  BOOST_TEST(memory.use("bob", 100, 100, 1));
  BOOST_TEST(memory.use("alice", 101, 100, 1));
  BOOST_TEST(!memory.use("alice", 101, 102, 1));
}

BOOST_AUTO_TEST_CASE(a_code_that_can_still_match_is_never_forgotten) {
  TotpMemory memory;
  BOOST_TEST(memory.use("first", 100, 100, 1));
  for (int i = 0; i < 5000; ++i) BOOST_TEST(memory.use("user" + std::to_string(i), 101, 101, 1));
  BOOST_TEST(!memory.use("first", 100, 101, 1));
  for (int i = 0; i < 5000; ++i) BOOST_TEST(memory.use("late" + std::to_string(i), 200, 200, 1));
  BOOST_TEST(!memory.use("late0", 200, 201, 1));
}

BOOST_AUTO_TEST_CASE(F15_an_enrolment_belongs_to_one_session_and_user_for_a_while) {
  TotpMemory memory;
  ManualClock clock;
  const Secret one("first secret");
  BOOST_CHECK(memory.enrolment("s1", "alice", one, clock.now()) == one);
  BOOST_CHECK(memory.enrolment("s1", "alice", Secret("other"), clock.now()) == one);
  BOOST_CHECK(memory.find_enrolment("s1", "alice", clock.now()).value() == one);
  BOOST_CHECK(!memory.find_enrolment("s1", "bob", clock.now()));
  BOOST_CHECK(!memory.find_enrolment("s2", "alice", clock.now()));
  clock.advance(std::chrono::minutes(10));
  BOOST_CHECK(!memory.find_enrolment("s1", "alice", clock.now()));
  BOOST_CHECK(memory.enrolment("s1", "alice", Secret("other"), clock.now()) == Secret("other"));
  memory.end_enrolment("s1");
  BOOST_CHECK(!memory.find_enrolment("s1", "alice", clock.now()));
}

BOOST_AUTO_TEST_CASE(too_many_enrolments_end_the_oldest) {
  TotpMemory memory(2);
  ManualClock clock;
  for (const char* handle : {"a", "b", "c"}) memory.enrolment(handle, "alice", Secret(handle), clock.now());
  BOOST_CHECK(!memory.find_enrolment("a", "alice", clock.now()));
  BOOST_CHECK(memory.find_enrolment("b", "alice", clock.now()));
  BOOST_CHECK(memory.find_enrolment("c", "alice", clock.now()));
}

BOOST_AUTO_TEST_SUITE_END()
