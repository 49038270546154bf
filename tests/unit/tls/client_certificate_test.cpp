#include "unit/tls/tls_fixture.hpp"

using namespace sallyport;
using namespace sallyport::tls;
using namespace std::chrono_literals;

namespace {

// Asks for certificates of the test authority where the name is "asks.example".
struct Asking : Meeting {
  Asking() {
    ServerIdentity both;
    both.names = {"asks.example", "never.example"};
    both.pairs.push_back(issue_pair("asks.example"));
    server_options.identities.push_back(both);
    server_options.client_auth.hosts["asks.example"] = ClientAuth::required;
    server_options.client_ca_pem = test_authority().certificate_pem;
    client_options.verify = false;
  }
  void carry(const CertificatePair& pair) { client_options.certificate = pair; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_client_certificate, Asking)

BOOST_AUTO_TEST_CASE(it_is_asked_for_by_the_server_name) {
  carry(issue_pair("alice", pki::Purpose::client));
  Ends ends = meet("asks.example");
  BOOST_REQUIRE_MESSAGE(ends.server, ends.server_error);
  BOOST_TEST((ends.server->client_auth() == ClientAuth::required));
  BOOST_TEST(ends.server->has_asked());
  BOOST_TEST(ends.server->take_presented().size() == 1u);
  BOOST_TEST(ends.server->take_presented().empty());
  for (const char* name : {"never.example", "localhost"}) {
    ends = meet(name);
    BOOST_REQUIRE(ends.server);
    BOOST_TEST((ends.server->client_auth() == ClientAuth::never));
    BOOST_TEST(!ends.server->has_asked());
    BOOST_TEST(ends.server->take_presented().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_handshake_without_one_is_whole_and_says_so) {
  const Ends ends = meet("asks.example");
  BOOST_REQUIRE(ends.server && ends.client);
  BOOST_TEST(ends.server->has_asked());
  BOOST_TEST(ends.server->take_presented().empty());
}

BOOST_AUTO_TEST_CASE(one_that_will_be_refused_is_shown_all_the_same) {
  for (const auto& pair : {issue_pair("alice", pki::Purpose::client, -1h), issue_pair("a.example", pki::Purpose::server)}) {
    carry(pair);
    const Ends ends = meet("asks.example");
    BOOST_REQUIRE(ends.server);
    BOOST_TEST(ends.server->take_presented().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_by_an_alert) {
  carry(issue_pair("alice", pki::Purpose::client));
  const Ends ends = meet("asks.example");
  BOOST_REQUIRE(ends.server && ends.client);
  ends.server->refuse_certificate(true);
  char byte = 0;
  BOOST_TEST((ends.client->try_read(std::span(&byte, 1)).kind == net::Attempt::Kind::failed));
  BOOST_TEST((ends.server->try_write("x").kind == net::Attempt::Kind::failed));
}

BOOST_AUTO_TEST_CASE(no_ticket_would_carry_it) {
  carry(issue_pair("alice", pki::Purpose::client));
  const Ends ends = meet("asks.example");
  BOOST_REQUIRE(ends.server);
  BOOST_TEST(tickets.size() == 0u);
  BOOST_TEST(ends.server->send_tickets(2).has_value());
  BOOST_TEST(tickets.size() == 0u);
}

BOOST_AUTO_TEST_CASE(to_ask_without_an_authority_is_a_configuration_error) {
  server_options.client_ca_pem.clear();
  const auto context = ServerContext::make(server_options, tickets);
  BOOST_REQUIRE(!context);
  BOOST_TEST((context.error().code == Errc::bad_config));
}

BOOST_AUTO_TEST_SUITE_END()
