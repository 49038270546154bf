#include "net/proxy_header_reader.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/wire/wire_fixture.hpp"

using namespace sallyport;
using namespace sallyport::net;

namespace {

struct ReaderFixture : wire::WireFixture {
  std::optional<Result<ProxyHeader>> header;

  void begin() { start(read_into(*this, soon())); }
  static async::Task<> read_into(ReaderFixture& self, async::Deadline deadline) {
    Result<ProxyHeader> got = co_await read_proxy_header(*self.near, deadline);
    self.header = std::move(got);
  }
  std::string left() {
    std::string buffer(100, '\0');
    const Attempt attempt = near->try_read(buffer);
    return attempt.kind == Attempt::Kind::done ? buffer.substr(0, attempt.bytes) : "";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(net_proxy_header_reader, ReaderFixture)

BOOST_AUTO_TEST_CASE(what_comes_behind_the_header_stays_in_the_stream) {
  begin();
  say("PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\nGET / HTTP/1.1\r\n");
  BOOST_REQUIRE(header.has_value());
  BOOST_REQUIRE(header->has_value());
  BOOST_TEST((*header)->connection->source.to_string() == "192.0.2.7:4711");
  BOOST_TEST(left() == "GET / HTTP/1.1\r\n");
}

BOOST_AUTO_TEST_CASE(a_header_may_come_byte_by_byte) {
  begin();
  for (const char byte : std::string_view("PROXY TCP6 2001:db8::7 ::1 4711 443\r\n")) {
    BOOST_TEST(!header.has_value());
    say(std::string_view(&byte, 1));
  }
  BOOST_REQUIRE(header.has_value());
  BOOST_TEST((*header)->connection->source.to_string() == "[2001:db8::7]:4711");
}

BOOST_AUTO_TEST_CASE(D2_a_header_that_does_not_come_is_not_waited_for_longer) {
  begin();
  say("PROXY TCP4 192.0.2.7 ");
  advance(std::chrono::seconds(9));
  BOOST_TEST(!header.has_value());
  advance(std::chrono::seconds(2));
  BOOST_REQUIRE(header.has_value());
  BOOST_TEST((header->error().code == Errc::timeout));
}

BOOST_AUTO_TEST_CASE(an_end_before_the_first_byte_says_nothing) {
  begin();
  hang_up();
  BOOST_REQUIRE(header.has_value());
  BOOST_TEST((header->error().code == Errc::closed));
  BOOST_TEST(header->error().detail.empty());
}

BOOST_AUTO_TEST_CASE(an_end_within_the_header_is_an_error) {
  begin();
  say("PROXY TCP4");
  hang_up();
  BOOST_REQUIRE(header.has_value());
  BOOST_TEST(header->error().to_string() == "closed: in the middle of the header");
}

BOOST_AUTO_TEST_CASE(B6_what_is_no_header_is_refused_at_once) {
  begin();
  say("G");
  BOOST_REQUIRE(header.has_value());
  BOOST_TEST((header->error().code == Errc::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
