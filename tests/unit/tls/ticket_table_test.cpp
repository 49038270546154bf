#include "tls/ticket_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::tls;
using namespace std::chrono_literals;

namespace {

bool may_resume(TicketTable& table, const char* ticket, const char* binding, TimePoint now) {
  return table.take(ticket, binding, now).kind == TicketVerdict::Kind::resumable;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_ticket_table)

BOOST_AUTO_TEST_CASE(E1_a_ticket_resumes_only_under_the_binding_it_was_sent_for) {
  TicketTable table(10);
  const TimePoint now{1h};
  table.remember("ticket", "none a.example", now + 1h);
  BOOST_TEST(may_resume(table, "ticket", "none a.example", now));
  BOOST_TEST(!may_resume(table, "ticket", "none b.example", now));
  BOOST_TEST(!may_resume(table, "ticket", "required a.example", now));
  BOOST_TEST(!may_resume(table, "another", "none a.example", now));
  BOOST_TEST(!may_resume(table, "ticket", "none a.example", now + 1h));
}

BOOST_AUTO_TEST_CASE(the_oldest_are_forgotten_first) {
  TicketTable table(2);
  const TimePoint now{1h};
  for (const char* ticket : {"one", "two", "three"}) table.remember(ticket, "b", now + 1h);
  BOOST_TEST(table.size() == 2u);
  BOOST_TEST(!may_resume(table, "one", "b", now));
  BOOST_TEST(may_resume(table, "three", "b", now));
}

BOOST_AUTO_TEST_CASE(E12_an_armed_ticket_asks_once_and_resumes_nothing) {
  TicketTable table(10);
  const TimePoint now{1h};
  const TicketId id = table.remember("ticket", "b", now + 1h);
  table.remember("neighbour", "b", now + 1h);
  BOOST_TEST(table.arm(id, "session 1", now + 60s));
  const TicketVerdict verdict = table.take("ticket", "b", now + 59s);
  BOOST_TEST((verdict.kind == TicketVerdict::Kind::armed));
  BOOST_TEST(verdict.armed_for == "session 1");
  BOOST_TEST((table.take("ticket", "b", now + 59s).kind == TicketVerdict::Kind::unknown));
  BOOST_TEST(may_resume(table, "neighbour", "b", now));
  BOOST_TEST(!table.arm(id, "session 1", now + 60s));
}

BOOST_AUTO_TEST_CASE(E12_arming_ends_with_its_time_and_holds_under_the_binding_only) {
  TicketTable table(10);
  const TimePoint now{1h};
  const TicketId id = table.remember("ticket", "b", now + 1h);
  BOOST_TEST(table.arm(id, "x", now + 60s));
  BOOST_TEST((table.take("ticket", "other", now).kind == TicketVerdict::Kind::unknown));
  BOOST_TEST((table.take("ticket", "b", now + 60s).kind == TicketVerdict::Kind::resumable));
  BOOST_TEST((table.take("ticket", "b", now).kind == TicketVerdict::Kind::resumable));
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_cannot_be_armed) {
  TicketTable table(1);
  const TimePoint now{1h};
  const TicketId first = table.remember("one", "b", now + 1h);
  BOOST_TEST(table.arm(first, "x", now + 60s));
  table.remember("two", "b", now + 1h);
  BOOST_TEST(!table.arm(first, "x", now + 60s));
  BOOST_TEST((table.take("one", "b", now).kind == TicketVerdict::Kind::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
