#include "upstream/shared_connections.hpp"

#include <boost/test/unit_test.hpp>

#include "net/listener.hpp"
#include "unit/async/loop_fixture.hpp"
#include "unit/http/h2_server.hpp"
#include "upstream/pool.hpp"

using namespace sallyport;
using namespace sallyport::upstream;
using namespace std::chrono_literals;

namespace {

struct Borrowed {
  std::optional<Result<Lease>> lease;
};

async::Task<> borrow(Pool& pool, const std::vector<Candidate>& candidates, Purpose purpose, Borrowed& into) {
  into.lease.emplace(co_await pool.borrow(candidates, false, purpose));
}

// A server of HTTP/2 that allows so many requests at once and answers none.
struct Fixture : async::LoopFixture {
  async::WorkerPool workers{1, 10};
  net::Resolver resolver{workers};
  PoolOptions options;
  Pool pool{context(), resolver, options};
  std::vector<nghttp2_settings_entry> settings;
  net::Listener listener{loop, net::open_listening_socket(Endpoint{*IpAddress::parse("127.0.0.1"), 0}).value()};
  bool speaks_http_2 = true;
  std::vector<std::unique_ptr<http::H2Server>> servers;
  std::vector<Candidate> candidates{1};
  async::TaskGroup tasks{context()};

  Fixture() {
    candidates[0].http_2 = true;
    candidates[0].host = "127.0.0.1";
    candidates[0].port = listener.endpoint().port;
    candidates[0].server = candidates[0].key = "one";
    tasks.spawn(take_connections());
  }

  async::Task<> take_connections() {
    for (;;) {
      Result<net::Accepted> accepted = co_await listener.accept(async::Deadline::never());
      if (!accepted) co_return;
      servers.push_back(std::make_unique<http::H2Server>(settings));
      tasks.spawn(serve(std::move(accepted->stream), *servers.back()));
    }
  }
  async::Task<> serve(std::unique_ptr<net::Stream> stream, http::H2Server& server) {
    std::string buffer(65536, '\0');
    for (;;) {
      const std::string out = speaks_http_2 ? server.output() : "HTTP/1.1 400 Bad Request\r\n\r\n";
      const Result<> written = co_await stream->write_all(out, async::Deadline::never());
      const std::span<char> room(buffer);
      const Result<std::size_t> read = co_await stream->read_some(room, async::Deadline::never());
      if (!written || !read || *read == 0 || !speaks_http_2) co_return;
      server.receive(buffer.substr(0, *read));
    }
  }

  template <class Condition>
  void turn_until(Condition condition) {
    for (int i = 0; i < 100'000 && !condition(); ++i) loop.turn(false);
    BOOST_REQUIRE(condition());
  }
  void settle() {
    for (int i = 0; i < 200; ++i) loop.turn(false);
  }
  std::vector<Borrowed> get(std::size_t count, Purpose purpose = Purpose::request) {
    std::vector<Borrowed> all(count);
    for (Borrowed& each : all) tasks.spawn(borrow(pool, candidates, purpose, each));
    for (Borrowed& each : all) turn_until([&] { return each.lease.has_value(); });
    return all;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upstream_shared_connections, Fixture)

BOOST_AUTO_TEST_CASE(a_hundred_first_requests_share_one_connection) {
  const auto leases = get(100);
  for (const Borrowed& each : leases) BOOST_TEST(each.lease->has_value());
  BOOST_TEST(servers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(there_are_as_many_connections_as_the_server_makes_needed) {
  settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 10}};
  const auto first = get(1);  // says how many there may be
  const auto leases = get(29);
  BOOST_TEST(servers.size() == 3u);
  auto more = get(1);
  BOOST_TEST(servers.size() == 4u);
  more.clear();
  settle();
  get(1);
  BOOST_TEST(servers.size() == 4u);
}

BOOST_AUTO_TEST_CASE(C10_connections_are_shared_under_one_key_only_whichever_version) {
  const auto mine = get(1);
  candidates[0].key = "one as alice";
  const auto hers = get(1);
  BOOST_TEST(servers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_ended_after_its_time) {
  get(1);
  settle();
  advance(4s);
  get(1);
  BOOST_TEST(servers.size() == 1u);
  for (int i = 0; i < 7; ++i) advance(1s);
  turn_until([&] { return servers[0]->goaways.size() == 1; });
  get(1);
  BOOST_TEST(servers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_be_reached_fails_all_who_wait_at_once) {
  {
    const auto closed = net::open_listening_socket(Endpoint{*IpAddress::parse("127.0.0.1"), 0});
    candidates[0].port = net::local_endpoint(closed->get()).port;
  }
  for (const Borrowed& each : get(10)) BOOST_TEST(!each.lease->has_value());
  BOOST_TEST(servers.empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_speaks_something_else_is_an_error_that_says_so) {
  speaks_http_2 = false;
  const auto leases = get(5);
  for (const Borrowed& each : leases) {
    BOOST_REQUIRE(!each.lease->has_value());
    BOOST_TEST(each.lease->error().detail.find("HTTP/2") != std::string::npos);
  }
  BOOST_TEST(servers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_allows_no_requests_is_unavailable) {
  settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0}};
  const auto leases = get(1);
  BOOST_REQUIRE(!leases[0].lease->has_value());
  BOOST_CHECK(leases[0].lease->error().code == Errc::unavailable);
}

BOOST_AUTO_TEST_CASE(upgrades_need_a_server_that_can_do_them) {
  for (const Purpose purpose : {Purpose::websocket, Purpose::upgrade}) {
    const auto leases = get(1, purpose);
    BOOST_REQUIRE(!leases[0].lease->has_value());
    BOOST_CHECK(leases[0].lease->error().code == Errc::unsupported);
  }
  settings = {{NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1}};
  candidates[0].key = "another";
  BOOST_TEST(get(1, Purpose::websocket)[0].lease->has_value());
  BOOST_TEST(!get(1, Purpose::upgrade)[0].lease->has_value());
}

BOOST_AUTO_TEST_CASE(the_limit_of_connections_holds) {
  settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 2}};
  options.max_per_server = 2;
  pool.set_options(options);
  const auto first = get(1);
  const auto leases = get(3);
  for (const Borrowed& each : leases) BOOST_TEST(each.lease->has_value());
  const auto fifth = get(1);
  BOOST_REQUIRE(!fifth[0].lease->has_value());
  BOOST_CHECK(fifth[0].lease->error().code == Errc::unavailable);
}

BOOST_AUTO_TEST_SUITE_END()
