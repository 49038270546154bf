#include "inbound/certificate_attempts.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::inbound;
using namespace std::chrono_literals;

namespace {

session::SessionId id_of(char c) {
  return *session::SessionId::from_bytes(std::string(session::SessionId::kBytes, c));
}

struct Fixture {
  CertificateAttempts::Limits limits{.most = 2, .choice = 300s, .most_questions = 2};
  CertificateAttempts attempts{limits};
  TimePoint now = TimePoint() + 1h;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbound_certificate_attempts, Fixture)

BOOST_AUTO_TEST_CASE(a_session_has_one_and_a_new_one_takes_its_place) {
  const std::string first = attempts.begin(id_of('a'), now);
  BOOST_TEST(attempts.find(id_of('a'), now)->id == first);
  BOOST_TEST(!attempts.find(id_of('b'), now));
  const std::string second = attempts.begin(id_of('a'), now);
  BOOST_TEST(second != first);
  BOOST_TEST(attempts.find(id_of('a'), now)->id == second);
  BOOST_TEST(!attempts.may_ask(first, now));
  attempts.end(id_of('a'));
  BOOST_TEST(!attempts.find(id_of('a'), now));
  BOOST_TEST(!attempts.may_ask(second, now));
}

BOOST_AUTO_TEST_CASE(E12_it_ends_with_its_time_and_a_question_gives_time_for_a_choice) {
  const std::string id = attempts.begin(id_of('a'), now);
  BOOST_TEST(attempts.find(id_of('a'), now + 59s).has_value());
  BOOST_TEST(!attempts.find(id_of('a'), now + 60s));
  BOOST_TEST(!attempts.may_ask(id, now + 60s));
  BOOST_TEST(attempts.may_ask(id, now + 59s));
  BOOST_TEST(attempts.find(id_of('a'), now + 59s)->progress.asked == 1u);
  BOOST_TEST(attempts.find(id_of('a'), now + 358s).has_value());
  BOOST_TEST(!attempts.find(id_of('a'), now + 359s));
}

BOOST_AUTO_TEST_CASE(progress_is_kept_and_no_question_of_another_thread_is_lost) {
  const std::string id = attempts.begin(id_of('a'), now);
  auto progress = attempts.find(id_of('a'), now)->progress;
  BOOST_TEST(attempts.may_ask(id, now));
  progress.rounds = 1;
  attempts.proceed(id_of('a'), progress, now + 30s);
  BOOST_TEST(attempts.find(id_of('a'), now + 89s)->progress.rounds == 1u);
  BOOST_TEST(attempts.find(id_of('a'), now + 89s)->progress.asked == 1u);
  attempts.proceed(id_of('b'), progress, now);  // of nobody
  BOOST_TEST(!attempts.find(id_of('b'), now));
}

BOOST_AUTO_TEST_CASE(D9_so_many_handshakes_may_wait_for_an_answer) {
  const std::string id = attempts.begin(id_of('a'), now);
  BOOST_TEST(attempts.may_ask(id, now));
  BOOST_TEST(attempts.may_ask(id, now));
  BOOST_TEST(!attempts.may_ask(id, now));
  attempts.answered(id);
  BOOST_TEST(attempts.may_ask(id, now));
}

BOOST_AUTO_TEST_CASE(E12_a_certificate_is_required_once_and_for_seconds) {
  using Remembered = CertificateAttempts::Remembered;
  const std::string name = attempts.begin_forgetting(Remembered::no_certificate, 1, now);
  const std::string other = attempts.begin_forgetting(Remembered::certificate, 2, now);
  BOOST_TEST(!attempts.may_ask(name, now));
  BOOST_TEST((attempts.take_forgetting(name, now + 2s) == Remembered::no_certificate));
  BOOST_TEST(!attempts.take_forgetting(name, now + 2s));
  BOOST_TEST((attempts.take_forgetting(other, now + 1s) == Remembered::certificate));
  BOOST_TEST((attempts.take_forgetting(other, now + 2s) == Remembered::certificate));
  BOOST_TEST(!attempts.take_forgetting(other, now + 2s));
  BOOST_TEST(!attempts.take_forgetting(attempts.begin_forgetting(Remembered::certificate, 1, now), now + 3s));
  BOOST_TEST(!attempts.take_forgetting(attempts.begin(id_of('a'), now), now));
}

BOOST_AUTO_TEST_CASE(the_oldest_is_forgotten_when_there_are_too_many) {
  attempts.begin(id_of('a'), now);
  attempts.begin(id_of('b'), now);
  attempts.begin(id_of('c'), now);
  BOOST_TEST(!attempts.find(id_of('a'), now));
  BOOST_TEST(attempts.find(id_of('b'), now).has_value());
  BOOST_TEST(attempts.find(id_of('c'), now).has_value());
}

BOOST_AUTO_TEST_CASE(an_address_is_detoured_for_a_while) {
  const IpAddress one = *IpAddress::parse("192.0.2.1");
  const IpAddress other = *IpAddress::parse("192.0.2.2");
  BOOST_TEST(!attempts.is_detoured(one, now));
  attempts.detour(one, now);
  BOOST_TEST(attempts.is_detoured(one, now + 59s));
  BOOST_TEST(!attempts.is_detoured(other, now));
  BOOST_TEST(!attempts.is_detoured(one, now + 60s));
  attempts.detour(other, now);
  attempts.end_detour(one);
  BOOST_TEST(attempts.is_detoured(other, now));
  attempts.end_detour(other);
  BOOST_TEST(!attempts.is_detoured(other, now));
}

BOOST_AUTO_TEST_SUITE_END()
