#include "tls/ticket_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::tls;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(tls_ticket_table)

BOOST_AUTO_TEST_CASE(E1_a_ticket_resumes_only_under_the_binding_it_was_sent_for) {
  TicketTable table(10);
  const TimePoint now{1h};
  table.remember("ticket", "none a.example", now + 1h);
  BOOST_TEST(table.may_resume("ticket", "none a.example", now));
  BOOST_TEST(!table.may_resume("ticket", "none b.example", now));
  BOOST_TEST(!table.may_resume("ticket", "required a.example", now));
  BOOST_TEST(!table.may_resume("another", "none a.example", now));
  BOOST_TEST(!table.may_resume("ticket", "none a.example", now + 1h));
}

BOOST_AUTO_TEST_CASE(the_oldest_are_forgotten_first) {
  TicketTable table(2);
  const TimePoint now{1h};
  for (const char* ticket : {"one", "two", "three"}) table.remember(ticket, "b", now + 1h);
  BOOST_TEST(table.size() == 2u);
  BOOST_TEST(!table.may_resume("one", "b", now));
  BOOST_TEST(table.may_resume("three", "b", now));
}

BOOST_AUTO_TEST_SUITE_END()
