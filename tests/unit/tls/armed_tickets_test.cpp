#include <gnutls/gnutls.h>

#include <cerrno>

#include "unit/tls/tls_fixture.hpp"

using namespace sallyport;
using namespace sallyport::tls;
using namespace std::chrono_literals;

namespace {

// A client of TLS 1.3 that keeps tickets, which those that we use for back ends do not.
class TicketClient {
 public:
  TicketClient(std::unique_ptr<net::Stream> transport, const gnutls_datum_t& ticket, const CertificatePair& pair)
      : transport_(std::move(transport)) {
    gnutls_session_t session = nullptr;
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
    session_.reset(session);
    gnutls_set_default_priority(session);
    gnutls_certificate_credentials_t credentials = nullptr;
    gnutls_certificate_allocate_credentials(&credentials);
    credentials_.reset(credentials);
    if (!pair.chain_pem.empty()) BOOST_REQUIRE(add_pair(credentials, pair).has_value());
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9);
    gnutls_transport_set_ptr(session, this);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_push_function(session, push);
    gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);
    if (ticket.size > 0) BOOST_REQUIRE(gnutls_session_set_data(session, ticket.data, ticket.size) == 0);
  }

  int handshake() { return gnutls_handshake(session_.get()); }
  // Takes what has come, and gives the newest ticket.
  gnutls_datum_t newest_ticket() {
    char byte = 0;
    gnutls_record_recv(session_.get(), &byte, 1);
    gnutls_datum_t data{};
    gnutls_session_get_data2(session_.get(), &data);
    return data;
  }

 private:
  static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t size) {
    auto& client = *static_cast<TicketClient*>(self);
    const net::Attempt attempt = client.transport_->try_read(std::span(static_cast<char*>(into), size));
    return client.outcome(attempt);
  }
  static ssize_t push(gnutls_transport_ptr_t self, const void* from, std::size_t size) {
    auto& client = *static_cast<TicketClient*>(self);
    return client.outcome(client.transport_->try_write(std::string_view(static_cast<const char*>(from), size)));
  }
  ssize_t outcome(const net::Attempt& attempt) {
    if (attempt.kind == net::Attempt::Kind::done) return static_cast<ssize_t>(attempt.bytes);
    if (attempt.kind == net::Attempt::Kind::end) return 0;
    gnutls_transport_set_errno(session_.get(), attempt.kind == net::Attempt::Kind::would_block ? EAGAIN : EIO);
    return -1;
  }

  std::unique_ptr<net::Stream> transport_;
  crypto::CredentialsHandle credentials_;
  crypto::SessionHandle session_;
};

async::Task<> flush_it(TlsStream& stream, async::Deadline deadline) { co_await stream.flush(deadline); }

struct Visits : Meeting {
  std::shared_ptr<const ServerContext> server;
  CertificatePair alice = issue_pair("alice", pki::Purpose::client);
  gnutls_datum_t ticket{};
  std::string purpose = "session 1";

  Visits() {
    server_options.client_ca_pem = test_authority().certificate_pem;
    server = ServerContext::make(server_options, tickets).value();
  }
  ~Visits() { gnutls_free(ticket.data); }

  // A connection that shows the ticket, if there is one. `late`: so many more tickets are sent on it, and all are armed.
  std::unique_ptr<TlsStream> visit(unsigned late = 0) {
    Ends ends;
    auto [left, right] = net::make_pipe();
    group.spawn(accept_into(ends, std::move(left), server, loop.in(10s)));
    TicketClient client(std::move(right), ticket, alice);
    int code = GNUTLS_E_AGAIN;
    for (int round = 0; round < 100 && code == GNUTLS_E_AGAIN; ++round) {
      code = client.handshake();
      loop.run_ready();
    }
    BOOST_REQUIRE_MESSAGE(code == 0 && ends.server, gnutls_strerror(code) + (" / " + ends.server_error));
    if (late > 0) {
      BOOST_TEST(ends.server->send_tickets(late).has_value());
      const bool has_shown = !ends.server->armed_for().empty() && !alice.chain_pem.empty();
      const std::size_t sent = (server_options.tickets && !has_shown ? 1 : 0) + late;
      BOOST_TEST(ends.server->arm_tickets(purpose, TimePoint::max()) == sent);
      group.spawn(flush_it(*ends.server, loop.in(10s)));
      loop.run_ready();
    }
    gnutls_free(ticket.data);
    ticket = client.newest_ticket();
    return std::move(ends.server);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_armed_tickets, Visits)

BOOST_AUTO_TEST_CASE(one_ticket_is_sent_after_the_handshake_and_resumes) {
  BOOST_TEST(!visit()->resumed());
  BOOST_TEST(tickets.size() == 1u);
  const auto again = visit();
  BOOST_TEST(again->resumed());
  BOOST_TEST(again->take_presented().empty());
  BOOST_TEST(again->armed_for().empty());
}

BOOST_AUTO_TEST_CASE(tickets_sent_at_a_chosen_moment_resume_too_also_from_a_resumed_session) {
  visit();
  auto resumed = visit();
  BOOST_REQUIRE(resumed->resumed());
  BOOST_TEST(tickets.size() == 2u);
  BOOST_TEST(resumed->send_tickets(3).has_value());
  BOOST_TEST(tickets.size() == 5u);
}

BOOST_AUTO_TEST_CASE(who_shows_an_armed_ticket_is_asked_for_a_certificate_in_a_full_handshake) {
  visit(2);
  BOOST_TEST(tickets.size() == 3u);
  const auto asked = visit();
  BOOST_TEST(!asked->resumed());
  BOOST_TEST(asked->armed_for() == "session 1");
  BOOST_TEST(asked->take_presented().size() == 1u);
  // The ticket is spent, and no new one carries the certificate.
  BOOST_TEST(tickets.size() == 2u);
}

BOOST_AUTO_TEST_CASE(E12_a_connection_that_has_shown_a_certificate_gets_tickets_that_ask_and_never_resume) {
  visit(2);
  const auto asked = visit(2);
  BOOST_TEST(asked->armed_for() == "session 1");
  const auto again = visit();
  BOOST_TEST(!again->resumed());
  BOOST_TEST(again->armed_for() == "session 1");
  BOOST_TEST(again->take_presented().size() == 1u);
}

BOOST_AUTO_TEST_CASE(E12_what_such_a_connection_got_does_not_resume_when_it_is_not_armed_any_more) {
  visit(2);
  purpose = "nobody";
  visit(2);
  const auto again = visit();
  BOOST_TEST(!again->resumed());
  BOOST_TEST(again->armed_for().empty());
  BOOST_TEST(again->take_presented().empty());
}

BOOST_AUTO_TEST_CASE(E12_one_that_is_armed_for_a_login_that_is_over_asks_nobody_and_resumes_nothing) {
  purpose = "nobody";
  visit(2);
  const auto again = visit();
  BOOST_TEST(!again->resumed());
  BOOST_TEST(!again->has_asked());
  BOOST_TEST(again->armed_for().empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_showed_none_can_be_given_tickets_again) {
  visit(1);
  alice = {};
  const auto asked = visit(2);
  BOOST_TEST(asked->has_asked());
  BOOST_TEST(asked->take_presented().empty());
  const auto again = visit();
  BOOST_TEST(again->armed_for() == "session 1");
}

BOOST_AUTO_TEST_CASE(where_tickets_do_not_resume_those_that_are_armed_ask_all_the_same) {
  server_options.tickets = false;
  server = ServerContext::make(server_options, tickets).value();
  visit(2);
  BOOST_TEST(tickets.size() == 2u);
  BOOST_TEST(visit()->armed_for() == "session 1");
  purpose = "nobody";
  visit(2);
  BOOST_TEST(!visit()->resumed());
}

BOOST_AUTO_TEST_CASE(E12_an_armed_ticket_serves_once) {
  visit(1);
  const std::string copy(reinterpret_cast<const char*>(ticket.data), ticket.size);
  visit();
  gnutls_free(ticket.data);
  ticket.data = static_cast<unsigned char*>(gnutls_malloc(copy.size()));
  ticket.size = static_cast<unsigned>(copy.size());
  copy.copy(reinterpret_cast<char*>(ticket.data), copy.size());
  const auto thief = visit();
  BOOST_TEST(!thief->resumed());
  BOOST_TEST(thief->armed_for().empty());
  BOOST_TEST(thief->take_presented().empty());
}

BOOST_AUTO_TEST_SUITE_END()
