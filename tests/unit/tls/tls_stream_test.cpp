#include "tls/tls_stream.hpp"

#include "unit/tls/tls_fixture.hpp"

using namespace sallyport;
using namespace sallyport::tls;
using namespace std::chrono_literals;

namespace {

async::Task<> send_all(net::Stream& stream, std::string text, async::Deadline deadline) {
  co_await stream.write_all(text, deadline);
  co_await stream.flush(deadline);
  stream.shut_write();
}

async::Task<> receive_all(net::Stream& stream, std::string& text, async::Deadline deadline, Result<>& end) {
  std::string buffer(5000, '\0');
  for (;;) {
    const Result<std::size_t> n = co_await stream.read_some(buffer, deadline);
    if (!n) {
      end = fail(n.error());
      co_return;
    }
    if (*n == 0) co_return;
    text.append(buffer, 0, *n);
  }
}

async::Task<> wait_until_readable(net::Stream& stream, bool* is_ready = nullptr) {
  const Result<> ready = co_await stream.wait_readable(async::Deadline::never());
  if (is_ready != nullptr) *is_ready = ready.has_value();
}

// A transport that knows, as one of TCP does, when there is nothing to read, and that a writer cannot end.
class Socketlike final : public net::Stream {
 public:
  explicit Socketlike(std::unique_ptr<net::Stream> inner) : inner_(std::move(inner)) {}
  net::Attempt try_read(std::span<char> into) override {
    const net::Attempt attempt = inner_->try_read(into);
    is_dry_ = attempt.kind == net::Attempt::Kind::would_block || attempt.bytes < into.size();
    return attempt;
  }
  bool is_dry() const override { return is_dry_; }
  net::Attempt try_write(std::string_view from) override { return inner_->try_write(from); }
  async::Task<Result<>> wait_readable(async::Deadline deadline) override {
    Result<> ready = co_await inner_->wait_readable(deadline);
    is_dry_ = !ready;
    co_return ready;
  }
  async::Task<Result<>> wait_writable(async::Deadline deadline) override { return inner_->wait_writable(deadline); }
  void shut_write() override {}
  void abort() override { inner_->abort(); }

 private:
  std::unique_ptr<net::Stream> inner_;
  bool is_dry_ = false;
};

struct SocketlikeMeeting : Meeting {
  Ends meet_by_sockets() {
    Ends ends;
    auto [left, right] = net::make_pipe();
    group.spawn(accept_into(ends, std::make_unique<Socketlike>(std::move(left)),
                            ServerContext::make(server_options, tickets).value(), loop.in(10s)));
    group.spawn(connect_into(ends, std::make_unique<Socketlike>(std::move(right)),
                             ClientContext::make(client_options).value(), "localhost", loop.in(10s)));
    loop.run_ready();
    return ends;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_tls_stream, Meeting)

BOOST_AUTO_TEST_CASE(bytes_pass_both_ways_and_the_end_is_orderly) {
  Ends ends = meet();
  BOOST_REQUIRE_MESSAGE(ends.server && ends.client, ends.server_error + " / " + ends.client_error);
  BOOST_TEST(ends.server->server_name() == "localhost");
  BOOST_TEST(ends.server->protocol() == "TLS1.3");
  const std::string large(1'000'000, 'x');
  std::string got;
  Result<> end;
  group.spawn(send_all(*ends.server, large, loop.in(10s)));
  group.spawn(receive_all(*ends.client, got, loop.in(10s), end));
  loop.run_ready();
  BOOST_TEST((got == large));
  BOOST_TEST(end.has_value());
  std::string back;
  group.spawn(send_all(*ends.client, "pong", loop.in(10s)));
  group.spawn(receive_all(*ends.server, back, loop.in(10s), end));
  loop.run_ready();
  BOOST_TEST(back == "pong");
}

BOOST_AUTO_TEST_CASE(what_ends_a_message_goes_out_at_once_and_what_is_not_taken_waits_for_a_flush) {
  Ends ends = meet();
  BOOST_REQUIRE(ends.server && ends.client);
  BOOST_TEST((ends.server->try_write_out("first").kind == net::Attempt::Kind::done));
  BOOST_TEST(!ends.server->has_unsent());
  // Until the transport is full in the middle of a record.
  std::string sent = "first";
  for (char c = 'a'; !ends.server->has_unsent(); c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
    const std::string piece(10'007, c);
    BOOST_REQUIRE((ends.server->try_write_out(piece).kind == net::Attempt::Kind::done));
    sent += piece;
    BOOST_REQUIRE(sent.size() < 100'000'000);
  }
  // Behind what waits, although there is room now.
  std::string got;
  std::string buffer(20'000, '\0');
  for (int i = 0; i < 3; ++i) got.append(buffer, 0, ends.client->try_read(buffer).bytes);
  BOOST_TEST(got.size() > 0u);
  BOOST_TEST((ends.server->try_write_out("last").kind == net::Attempt::Kind::done));
  sent += "last";
  Result<> end;
  group.spawn(receive_all(*ends.client, got, loop.in(10s), end));
  group.spawn(send_all(*ends.server, "", loop.in(10s)));
  loop.run_ready();
  BOOST_TEST((got == sent));
  BOOST_TEST(end.has_value());
}

BOOST_FIXTURE_TEST_CASE(one_read_takes_several_records_and_the_next_one_sees_the_end_behind_them, SocketlikeMeeting) {
  Ends ends = meet_by_sockets();
  BOOST_REQUIRE_MESSAGE(ends.server && ends.client, ends.server_error + " / " + ends.client_error);
  std::string sent(40'000, 'a');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
  group.spawn(send_all(*ends.client, sent, loop.in(10s)));  // and close_notify; the transport goes on
  loop.run_ready();
  std::string got(63 * 1024, '\0');
  std::size_t size = 0;
  const auto read = [&] { return ends.server->try_read(std::span(got).subspan(size)); };
  if (ends.server->is_dry()) group.spawn(wait_until_readable(*ends.server));
  loop.run_ready();
  const net::Attempt first = read();
  BOOST_TEST((first.kind == net::Attempt::Kind::done));
  BOOST_TEST(first.bytes == sent.size());
  BOOST_TEST((got.substr(0, first.bytes) == sent));
  BOOST_TEST(!ends.server->is_dry());
  BOOST_TEST(!ends.server->is_silent());
  size = first.bytes;
  bool is_ready = false;
  group.spawn(wait_until_readable(*ends.server, &is_ready));
  loop.run_ready();
  BOOST_TEST(is_ready);
  for (int i = 0; i < 2; ++i) BOOST_TEST((read().kind == net::Attempt::Kind::end));
}

BOOST_AUTO_TEST_CASE(a_small_room_gets_a_record_in_pieces) {
  Ends ends = meet();
  BOOST_REQUIRE(ends.server && ends.client);
  group.spawn(send_all(*ends.client, std::string(20'000, 'x') + std::string(20'000, 'y'), loop.in(10s)));
  loop.run_ready();
  std::string got;
  std::string buffer(7'000, '\0');
  for (;;) {
    const net::Attempt attempt = ends.server->try_read(buffer);
    if (attempt.kind != net::Attempt::Kind::done) break;
    BOOST_REQUIRE(attempt.bytes <= buffer.size());
    got.append(buffer, 0, attempt.bytes);
  }
  BOOST_TEST((got == std::string(20'000, 'x') + std::string(20'000, 'y')));
}

BOOST_AUTO_TEST_CASE(a_connection_cut_without_close_notify_is_no_orderly_end) {
  Ends ends = meet();
  BOOST_REQUIRE(ends.server && ends.client);
  std::string got;
  Result<> end;
  group.spawn(receive_all(*ends.client, got, loop.in(10s), end));
  ends.server.reset();  // the transport ends, TLS did not say goodbye
  loop.run_ready();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == Errc::reset));
}

BOOST_AUTO_TEST_CASE(the_certificate_follows_the_server_name_wildcards_included) {
  ServerIdentity exact;
  exact.names = {"www.example.com"};
  exact.pairs.push_back(issue_pair("www.example.com"));
  ServerIdentity wild;
  wild.names = {"*.example.com"};
  wild.pairs.push_back(issue_pair("*.example.com"));
  server_options.identities.push_back(wild);
  server_options.identities.push_back(exact);
  // The client verifies the name: each of these fails with any other certificate.
  for (const char* name : {"www.example.com", "shop.example.com", "localhost"}) {
    const Ends ends = meet(name);
    BOOST_TEST_CONTEXT(name) BOOST_TEST(ends.client_error == "");
  }
  const Ends ends = meet("a.b.example.com");
  BOOST_TEST(ends.client_error.find("refused") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(E13_a_back_end_with_the_wrong_name_or_unknown_issuer_is_refused_with_the_reason) {
  const Ends wrong_name = meet("other.example");
  BOOST_TEST(wrong_name.client_error.find("certificate of other.example refused") != std::string::npos);
  client_options.trust_pem = pki::make_authority("Another CA", 1h, wall_now()).value().certificate_pem;
  const Ends unknown = meet();
  BOOST_TEST(unknown.client_error.find("issuer is unknown") != std::string::npos);
  BOOST_TEST(!unknown.server_error.empty());
}

BOOST_AUTO_TEST_CASE(E13_an_expired_back_end_certificate_is_refused) {
  server_options.identities[0].pairs[0] = issue_pair("localhost", pki::Purpose::server, -1h);
  BOOST_TEST(meet().client_error.find("expired") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_subject_of_a_back_end_can_be_demanded) {
  client_options.required_dn = "CN=localhost";
  BOOST_TEST(meet().client_error == "");
  client_options.required_dn = "CN=other";
  BOOST_TEST(meet().client_error.find("subject is \"CN=localhost\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(D2_a_client_that_says_nothing_meets_the_handshake_deadline) {
  Ends ends;
  auto server = ServerContext::make(server_options, tickets).value();
  auto [left, right] = net::make_pipe();
  group.spawn(accept_into(ends, std::move(left), server, loop.in(10s)));
  loop.run_ready();
  advance(10s);
  BOOST_TEST(ends.server_error.find("timeout") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_tls_is_refused) {
  Ends ends;
  auto server = ServerContext::make(server_options, tickets).value();
  auto [left, right] = net::make_pipe();
  group.spawn(accept_into(ends, std::move(left), server, loop.in(10s)));
  group.spawn(send_all(*right, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", loop.in(10s)));
  loop.run_ready();
  BOOST_TEST(ends.server_error.starts_with("tls: "));
}

BOOST_AUTO_TEST_CASE(tickets_are_sent_and_known_only_when_the_context_says_so) {
  Ends ends = meet();
  BOOST_TEST(tickets.size() == 1u);
  server_options.tickets = false;
  ends = meet();
  BOOST_TEST(tickets.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_key_that_does_not_match_its_certificate_is_a_configuration_error) {
  server_options.identities[0].pairs[0].key_pem = issue_pair("other").key_pem;
  const auto context = ServerContext::make(server_options, tickets);
  BOOST_REQUIRE(!context);
  BOOST_TEST((context.error().code == Errc::bad_config));
  BOOST_TEST(context.error().detail.find("localhost") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_priority_string_with_a_mistake_says_where) {
  server_options.priorities = "NORMAL:-NONSENSE";
  const auto context = ServerContext::make(server_options, tickets);
  BOOST_REQUIRE(!context);
  BOOST_TEST(context.error().detail.find("NONSENSE") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
