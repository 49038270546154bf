#include "upstream/pool.hpp"

#include <boost/test/unit_test.hpp>

#include "net/listener.hpp"
#include "unit/async/loop_fixture.hpp"

using namespace sallyport;
using namespace sallyport::upstream;
using namespace std::chrono_literals;

namespace {

// A server that takes connections and says nothing.
struct Server {
  explicit Server(async::LoopFixture& fixture)
      : listener(fixture.loop, net::open_listening_socket(Endpoint{*IpAddress::parse("127.0.0.1"), 0}).value()),
        port(listener.endpoint().port) {}
  net::Listener listener;
  const std::uint16_t port;
  std::vector<std::unique_ptr<net::Stream>> taken;
};

async::Task<> take_connections(Server& server) {
  for (;;) {
    Result<net::Accepted> accepted = co_await server.listener.accept(async::Deadline::never());
    if (!accepted) co_return;
    server.taken.push_back(std::move(accepted->stream));
  }
}

struct Borrowed {
  std::optional<Result<Lease>> lease;
};

async::Task<> borrow(Pool& pool, const std::vector<Candidate>& candidates, bool fresh, Borrowed& into) {
  into.lease.emplace(co_await pool.borrow(candidates, fresh));
}

struct Fixture : async::LoopFixture {
  async::WorkerPool workers{1, 10};
  net::Resolver resolver{workers};
  PoolOptions options;
  Server one{*this};
  Server two{*this};
  Pool pool{context(), resolver, options};
  std::vector<Candidate> candidates;
  async::TaskGroup tasks{context()};

  Fixture() {
    tasks.spawn(take_connections(one));
    tasks.spawn(take_connections(two));
    candidates = {candidate_for(one.port, 0), candidate_for(two.port, 1)};
  }

  static Candidate candidate_for(std::uint16_t port, std::size_t index) {
    Candidate candidate;
    candidate.server = "127.0.0.1:" + std::to_string(port);
    candidate.key = "/app " + candidate.server;
    candidate.host = "127.0.0.1";
    candidate.port = port;
    candidate.index = index;
    return candidate;
  }

  // A port at which nobody listens.
  static std::uint16_t deaf_port() {
    const auto socket = net::open_listening_socket(Endpoint{*IpAddress::parse("127.0.0.1"), 0});
    return net::local_endpoint(socket->get()).port;
  }

  Result<Lease> get(bool fresh = false) {
    Borrowed borrowed;
    tasks.spawn(borrow(pool, candidates, fresh, borrowed));
    // Real sockets: the kernel needs no time that our clock would have to give it.
    for (int i = 0; i < 100'000 && !borrowed.lease; ++i) loop.turn(false);
    BOOST_REQUIRE(borrowed.lease.has_value());
    return std::move(*borrowed.lease);
  }
  std::size_t index_of(const Result<Lease>& lease) {
    BOOST_REQUIRE(lease.has_value());
    return lease->candidate().index;
  }
  void settle(Server& server, std::size_t connections) {
    for (int i = 0; i < 100'000 && server.taken.size() < connections; ++i) loop.turn(false);
    BOOST_REQUIRE(server.taken.size() == connections);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upstream_pool, Fixture)

BOOST_AUTO_TEST_CASE(a_connection_that_is_given_back_is_used_again) {
  candidates.resize(1);
  {
    Result<Lease> lease = get();
    BOOST_REQUIRE(lease.has_value());
    BOOST_TEST(!lease->reused());
    lease->give_back();
  }
  BOOST_TEST(pool.idle_count() == 1u);
  Result<Lease> again = get();
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(again->reused());
  BOOST_TEST(pool.idle_count() == 0u);
  settle(one, 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_dropped_is_gone) {
  candidates.resize(1);
  { const Result<Lease> lease = get(); }
  BOOST_TEST(pool.idle_count() == 0u);
  BOOST_TEST(!get()->reused());
}

BOOST_AUTO_TEST_CASE(C9_a_connection_with_surplus_bytes_is_never_used_again) {
  candidates.resize(1);
  Result<Lease> lease = get();
  settle(one, 1);
  BOOST_CHECK(one.taken[0]->try_write("HTTP/1.1 200 OK\r\n\r\n").kind == net::Attempt::Kind::done);
  loop.run_ready();
  lease->give_back();
  BOOST_TEST(!get()->reused());
}

BOOST_AUTO_TEST_CASE(C9_bytes_that_come_while_it_is_idle_end_it) {
  candidates.resize(1);
  get()->give_back();
  settle(one, 1);
  BOOST_CHECK(one.taken[0]->try_write("HTTP/1.1 200 OK\r\n\r\n").kind == net::Attempt::Kind::done);
  loop.run_ready();
  BOOST_TEST(!get()->reused());
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_has_closed_is_not_used) {
  candidates.resize(1);
  get()->give_back();
  settle(one, 1);
  one.taken.clear();
  loop.run_ready();
  BOOST_TEST(!get()->reused());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_kept_for_its_time_only) {
  candidates.resize(1);
  get()->give_back();
  advance(4s);
  BOOST_TEST(pool.idle_count() == 1u);
  advance(1s);
  BOOST_TEST(pool.idle_count() == 0u);
  BOOST_TEST(!get()->reused());
}

BOOST_AUTO_TEST_CASE(C10_connections_are_shared_under_one_key_only) {
  candidates.resize(1);
  get()->give_back();
  candidates[0].key += " as alice";
  BOOST_TEST(!get()->reused());
  candidates[0].key = "/app " + candidates[0].server;
  BOOST_TEST(get()->reused());
}

BOOST_AUTO_TEST_CASE(fresh_means_a_new_connection) {
  candidates.resize(1);
  get()->give_back();
  BOOST_TEST(!get(true)->reused());
  BOOST_TEST(pool.idle_count() == 1u);
}

BOOST_AUTO_TEST_CASE(no_more_are_kept_than_allowed) {
  options.max_idle_per_key = 2;
  pool.set_options(options);
  candidates.resize(1);
  std::vector<Lease> leases;
  for (int i = 0; i < 4; ++i) leases.push_back(std::move(*get()));
  for (Lease& lease : leases) lease.give_back();
  BOOST_TEST(pool.idle_count() == 2u);
  options.idle_timeout = Duration::zero();
  pool.set_options(options);
  get()->give_back();
  BOOST_TEST(pool.idle_count() <= 2u);
}

BOOST_AUTO_TEST_CASE(the_least_busy_server_is_taken) {
  std::vector<Result<Lease>> leases;
  std::size_t taken[2] = {};
  for (int i = 0; i < 6; ++i) {
    leases.push_back(get());
    ++taken[index_of(leases.back())];
  }
  BOOST_TEST(taken[0] == 3u);
  BOOST_TEST(taken[1] == 3u);
}

BOOST_AUTO_TEST_CASE(requests_that_are_still_connecting_count_as_well) {
  Borrowed borrowed[6];
  for (Borrowed& each : borrowed) tasks.spawn(borrow(pool, candidates, true, each));
  std::size_t taken[2] = {};
  for (Borrowed& each : borrowed) {
    for (int i = 0; i < 100'000 && !each.lease; ++i) loop.turn(false);
    BOOST_REQUIRE(each.lease.has_value());
    ++taken[index_of(*each.lease)];
  }
  BOOST_TEST(taken[0] == 3u);
  BOOST_TEST(taken[1] == 3u);
}

BOOST_AUTO_TEST_CASE(the_highest_priority_is_taken_however_busy) {
  candidates[0].priority = 5;
  std::vector<Result<Lease>> leases;
  for (int i = 0; i < 3; ++i) {
    leases.push_back(get());
    BOOST_TEST(index_of(leases.back()) == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_be_reached_is_left_alone_for_a_while) {
  candidates[0] = candidate_for(deaf_port(), 0);
  BOOST_TEST(index_of(get()) == 1u);
  const Result<Lease> busy = get();
  BOOST_TEST(index_of(busy) == 1u);
  BOOST_TEST(index_of(get()) == 1u);  // although the other one is idle
  // One comes to life at that port: nobody asks before the time is over.
  advance(10s);
  BOOST_TEST(index_of(get()) == 1u);  // asked again, still nobody there, and the next one is taken
}

BOOST_AUTO_TEST_CASE(if_nobody_can_be_reached_the_last_error_is_told) {
  candidates = {candidate_for(deaf_port(), 0), candidate_for(deaf_port(), 1)};
  for (int i = 0; i < 2; ++i) {  // the second time both are known to have failed, and tried all the same
    const Result<Lease> lease = get();
    BOOST_REQUIRE(!lease.has_value());
    BOOST_CHECK(lease.error().code == Errc::refused);
    BOOST_CHECK(lease.error().side == Side::upstream);
    BOOST_TEST(lease.error().detail.find("127.0.0.1:") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(requests_are_counted_while_they_run_and_for_good) {
  candidates.resize(1);
  const auto activity = std::make_shared<Activity>();
  candidates[0].activity = activity;
  {
    Result<Lease> first = get();
    const Result<Lease> second = get();
    BOOST_TEST(activity->current == 2u);
    const Lease moved = std::move(*first);
    BOOST_TEST(activity->current == 2u);
  }
  BOOST_TEST(activity->current == 0u);
  BOOST_TEST(activity->total == 2u);
  get()->was_in_vain();
  BOOST_TEST(activity->total == 2u);
  candidates = {candidate_for(deaf_port(), 0)};
  candidates[0].activity = activity;
  BOOST_TEST(!get().has_value());
  BOOST_TEST(activity->total == 2u);
}

BOOST_AUTO_TEST_CASE(no_candidate_is_unavailable) {
  candidates.clear();
  const Result<Lease> lease = get();
  BOOST_REQUIRE(!lease.has_value());
  BOOST_CHECK(lease.error().code == Errc::unavailable);
}

BOOST_AUTO_TEST_CASE(servers_at_their_limit_are_passed_over) {
  options.max_per_server = 1;
  pool.set_options(options);
  Result<Lease> first = get();
  Result<Lease> second = get();
  BOOST_TEST(index_of(first) != index_of(second));
  Result<Lease> third = get();
  BOOST_REQUIRE(!third.has_value());
  BOOST_CHECK(third.error().code == Errc::unavailable);
  { const Lease over = std::move(*first); }
  BOOST_TEST(get().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
