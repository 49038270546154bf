#include "pki/evidence_cache.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::pki;
using namespace std::chrono_literals;

namespace {

struct Evidence {
  int id = 0;
  WallTime this_update{};
};
WallTime this_update_of(const Evidence& evidence) { return evidence.this_update; }

struct Fixture {
  EvidenceCache<Evidence> cache;
  WallTime now{24h};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pki_evidence_cache, Fixture)

BOOST_AUTO_TEST_CASE(what_is_kept_is_asked_for_again_in_time) {
  BOOST_TEST(cache.find("a", now).must_ask);
  cache.put("a", Evidence{1, now}, now, 100s, now + 24h);
  const auto at = [&](Duration later) { return cache.find("a", now + std::chrono::duration_cast<WallTime::duration>(later)); };
  BOOST_TEST(at(0s).value->id == 1);
  BOOST_TEST((!at(79s).must_ask && !at(79s).should_ask));
  BOOST_TEST((!at(81s).must_ask && at(81s).should_ask));
  BOOST_TEST(at(101s).must_ask);
  BOOST_TEST(at(101s).value->id == 1);
}

BOOST_AUTO_TEST_CASE(its_own_end_comes_first) {
  cache.put("a", Evidence{1, now}, now, 1h, now + 10s);
  BOOST_TEST(cache.find("a", now + 9s).should_ask);
  BOOST_TEST(cache.find("a", now + 11s).must_ask);
}

BOOST_AUTO_TEST_CASE(E7_an_older_one_does_not_replace_a_newer_one) {
  cache.put("a", Evidence{2, now}, now, 100s, now + 24h);
  cache.put("a", Evidence{1, now - 1h}, now, 100s, now + 24h);
  BOOST_TEST(cache.find("a", now).value->id == 2);
  cache.put("a", Evidence{3, now + 1h}, now, 100s, now + 24h);
  BOOST_TEST(cache.find("a", now).value->id == 3);
}

BOOST_AUTO_TEST_CASE(a_source_that_failed_is_left_alone_for_a_while) {
  cache.put_failure("a", "no answer", now, 30s);
  BOOST_TEST(!cache.find("a", now + 29s).must_ask);
  BOOST_TEST(cache.find("a", now + 29s).failure == "no answer");
  BOOST_TEST(cache.find("a", now + 31s).must_ask);
  cache.forget_failures();
  BOOST_TEST(cache.find("a", now).must_ask);
}

BOOST_AUTO_TEST_CASE(a_failure_takes_nothing_away) {
  cache.put("a", Evidence{1, now}, now, 10s, now + 24h);
  cache.put_failure("a", "no answer", now + 20s, 30s);
  const auto found = cache.find("a", now + 21s);
  BOOST_TEST(found.value->id == 1);
  BOOST_TEST(!found.must_ask);
  BOOST_TEST(cache.find("a", now + 51s).must_ask);
}

BOOST_AUTO_TEST_CASE(D4_the_least_recently_used_goes_first) {
  cache.set_capacity(2);
  cache.put("a", Evidence{1, now}, now, 10s, now + 24h);
  cache.put("b", Evidence{2, now}, now, 10s, now + 24h);
  cache.find("a", now);
  cache.put("c", Evidence{3, now}, now, 10s, now + 24h);
  BOOST_TEST(cache.size() == 2u);
  BOOST_TEST(cache.find("a", now).value.has_value());
  BOOST_TEST(!cache.find("b", now).value.has_value());
  cache.set_capacity(1);
  BOOST_TEST(cache.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
