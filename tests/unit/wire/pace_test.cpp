#include "wire/pace.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/async/loop_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(wire_pace, async::LoopFixture)

BOOST_AUTO_TEST_CASE(without_a_rate_each_piece_has_its_time) {
  Pace pace(loop, 60s, 0);
  for (int i = 0; i < 3; ++i) {
    BOOST_CHECK(pace.begin(0).when() == loop.now() + 60s);
    advance(59s);
    pace.end();
  }
}

BOOST_AUTO_TEST_CASE(D2_a_peer_below_the_rate_uses_up_its_grace) {
  Pace pace(loop, 60s, 100, 10s);
  std::uint64_t bytes = 0;
  for (int i = 0; i < 9; ++i) {
    BOOST_CHECK(pace.begin(bytes).when() > loop.now() + 1s);
    advance(1s);
    pace.end();
    bytes += 10;  // a tenth of the rate
  }
  // Nine seconds have been waited, 90 bytes allow for 0.9 of them: 1.9 are left of the grace.
  BOOST_CHECK(pace.begin(bytes).when() == loop.now() + 1900ms);
  advance(2s);
  pace.end();
  BOOST_CHECK(pace.begin(bytes).when() == loop.now());
}

BOOST_AUTO_TEST_CASE(a_peer_at_the_rate_keeps_its_grace) {
  Pace pace(loop, 60s, 100, 10s);
  std::uint64_t bytes = 0;
  for (int i = 0; i < 100; ++i) {
    BOOST_CHECK(pace.begin(bytes).when() == loop.now() + 10s);
    advance(1s);
    pace.end();
    bytes += 100;
  }
}

BOOST_AUTO_TEST_CASE(time_that_is_not_spent_waiting_does_not_count) {
  Pace pace(loop, 60s, 100, 10s);
  pace.begin(0);
  pace.end();
  advance(3600s);  // the other side was slow
  BOOST_CHECK(pace.begin(0).when() == loop.now() + 10s);
}

BOOST_AUTO_TEST_CASE(no_piece_gets_more_than_the_stall_time) {
  Pace pace(loop, 5s, 100, 10s);
  BOOST_CHECK(pace.begin(1'000'000).when() == loop.now() + 5s);
}

BOOST_AUTO_TEST_SUITE_END()
