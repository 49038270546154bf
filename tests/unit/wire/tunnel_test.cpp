#include "wire/tunnel.hpp"

#include "unit/wire/wire_fixture.hpp"
#include "wire/client_connection.hpp"
#include "wire/server_connection.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using namespace std::chrono_literals;

namespace {

struct Ran {
  TunnelCount count;
  bool ended = false;
};

async::Task<> run(ServerConnection& client, ClientConnection& upstream, Ran& ran) {
  ConnectionEnd left(client.input(), client.stream());
  ConnectionEnd right(upstream.input(), upstream.stream());
  ran.count = co_await run_tunnel(left, right, std::chrono::seconds(60));
  ran.ended = true;
}

async::Task<> read_head(ClientConnection& connection, async::Deadline deadline) {
  co_await connection.read_head(deadline);
}

// Both connections on one loop.
struct Tunnel : WireFixture {
  explicit Tunnel(std::size_t capacity = 65536) : WireFixture(capacity) {
    auto ends = net::make_pipe(capacity);
    server = std::move(ends.second);
    connection_to_server = std::make_unique<ClientConnection>(std::move(ends.first), http::HeadLimits());
    connection_to_client = std::make_unique<ServerConnection>(std::move(near), http::HeadLimits());
  }
  void open() { start(run(*connection_to_client, *connection_to_server, ran)); }

  std::string server_heard() {
    std::string text;
    std::string buffer(4096, '\0');
    for (;;) {
      loop.run_ready();
      const net::Attempt attempt = server->try_read(buffer);
      if (attempt.kind != net::Attempt::Kind::done) return text;
      text.append(buffer, 0, attempt.bytes);
    }
  }
  bool server_sees_end() {
    char byte = 0;
    return server->try_read(std::span<char>(&byte, 1)).kind == net::Attempt::Kind::end;
  }
  void server_says(std::string_view bytes) {
    const net::Attempt attempt = server->try_write(bytes);
    BOOST_REQUIRE(attempt.kind == net::Attempt::Kind::done && attempt.bytes == bytes.size());
    loop.run_ready();
  }

  std::unique_ptr<net::Stream> server;
  std::unique_ptr<ClientConnection> connection_to_server;
  std::unique_ptr<ServerConnection> connection_to_client;
  Ran ran;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_tunnel, Tunnel)

BOOST_AUTO_TEST_CASE(bytes_pass_both_ways_and_are_counted) {
  open();
  say("from the client");
  BOOST_TEST(server_heard() == "from the client");
  server_says("to the client");
  BOOST_TEST(heard() == "to the client");
  hang_up();
  BOOST_TEST(server_sees_end());
  BOOST_TEST(!ran.ended);  // the other direction is still open
  server_says("!");
  BOOST_TEST(heard() == "!");
  server->shut_write();
  loop.run_ready();
  BOOST_TEST(ran.ended);
  BOOST_TEST(ran.count.from_client == 15u);
  BOOST_TEST(ran.count.to_client == 14u);
}

BOOST_AUTO_TEST_CASE(what_the_connections_have_buffered_goes_first) {
  server_says("HTTP/1.1 101 Switching Protocols\r\n\r\nfirst");
  start(read_head(*connection_to_server, soon()));
  open();
  server_says(", second");
  BOOST_TEST(heard() == "first, second");
}

BOOST_AUTO_TEST_CASE(silence_ends_it_and_activity_in_either_direction_keeps_it) {
  open();
  for (int i = 0; i < 5; ++i) {
    advance(50s);
    say("x");
  }
  BOOST_TEST(!ran.ended);
  advance(59s);
  BOOST_TEST(!ran.ended);
  advance(1s);
  BOOST_TEST(ran.ended);
}

BOOST_AUTO_TEST_CASE(a_side_that_never_ends_has_half_a_minute_after_the_other) {
  open();
  server->shut_write();
  loop.run_ready();
  for (int i = 0; i < 3; ++i) {
    advance(29s);
    say("x");
    BOOST_TEST(server_heard() == "x");
  }
  advance(29s);
  BOOST_TEST(!ran.ended);
  advance(1s);
  BOOST_TEST(ran.ended);
}

BOOST_AUTO_TEST_CASE(a_side_that_breaks_takes_the_other_with_it) {
  open();
  server.reset();
  loop.run_ready();
  say("into nothing");
  loop.run_ready();
  BOOST_TEST(ran.ended);
}

BOOST_AUTO_TEST_CASE(cancelling_ends_it) {
  open();
  tasks.cancel();
  loop.run_ready();
  BOOST_TEST(ran.ended);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(wire_a_tunnel_takes_no_more_than_the_other_side_does) {
  Tunnel narrow(1000);
  narrow.open();
  std::size_t taken = 0;
  for (int i = 0; i < 200; ++i) {
    const net::Attempt attempt = narrow.far->try_write(std::string(1000, 'x'));
    if (attempt.kind == net::Attempt::Kind::done) taken += attempt.bytes;
    narrow.loop.run_ready();
  }
  // Two pipes, and one buffer between them.
  BOOST_TEST(taken <= 2000u + net::Block::kCapacity);
  std::string all;
  for (int i = 0; i < 100; ++i) all += narrow.server_heard();
  BOOST_TEST(all.size() == taken);
}
