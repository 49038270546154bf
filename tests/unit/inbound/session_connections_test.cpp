#include "inbound/session_connections.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace sallyport;
using namespace sallyport::inbound;

namespace {

session::SessionId id_of(char c) {
  return *session::SessionId::from_bytes(std::string(session::SessionId::kBytes, c));
}

struct Connection final : SessionConnections::Entry {
  explicit Connection(SessionConnections& all) : Entry(all) {}
  int drained = 0;
  std::string armed_for;
  void drain() override { ++drained; }
  bool arm(const std::string& purpose, TimePoint) override {
    armed_for = purpose;
    return true;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(inbound_session_connections)

BOOST_AUTO_TEST_CASE(those_that_carried_the_session_last_are_drained) {
  SessionConnections all;
  Connection one(all), two(all), other(all), nobodys(all);
  one.carries(id_of('a'));
  two.carries(id_of('b'));
  two.carries(id_of('a'));
  two.carries(id_of('a'));
  other.carries(id_of('a'));
  other.carries(id_of('b'));
  all.drain(id_of('a'), Arming{"a login", TimePoint()});
  BOOST_TEST(one.armed_for == "a login");
  BOOST_TEST(other.armed_for == "");
  BOOST_TEST(one.drained == 1);
  BOOST_TEST(two.drained == 1);
  BOOST_TEST(other.drained == 0);
  BOOST_TEST(nobodys.drained == 0);
}

BOOST_AUTO_TEST_CASE(one_that_has_gone_is_not_asked) {
  SessionConnections all;
  Connection stays(all);
  stays.carries(id_of('a'));
  {
    Connection goes(all);
    goes.carries(id_of('a'));
  }
  all.drain(id_of('a'), std::nullopt);
  BOOST_TEST(stays.armed_for == "");
  all.drain_all();
  BOOST_TEST(stays.drained == 2);
}

BOOST_AUTO_TEST_CASE(all_workers_are_told_until_they_have_gone) {
  SessionDrains drains;
  std::vector<std::string> told;
  int first = 0;
  int second = 0;
  drains.add(&first, [&](const session::SessionId& id, const auto&) { told.push_back("first " + id.text()); });
  drains.add(&second, [&](const session::SessionId& id, const auto&) { told.push_back("second " + id.text()); });
  drains.drain(id_of('a'));
  BOOST_TEST(told.size() == 2u);
  drains.remove(&first);
  drains.drain(id_of('b'));
  BOOST_REQUIRE(told.size() == 3u);
  BOOST_TEST(told[2] == "second " + id_of('b').text());
}

BOOST_AUTO_TEST_SUITE_END()
