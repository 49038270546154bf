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
  BOOST_TEST(ends.server->client_certificate().has_value());
  for (const char* name : {"never.example", "localhost"}) {
    ends = meet(name);
    BOOST_REQUIRE(ends.server);
    BOOST_TEST((ends.server->client_auth() == ClientAuth::never));
    BOOST_TEST(!ends.server->client_certificate().has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_handshake_without_one_is_whole_and_says_so) {
  const Ends ends = meet("asks.example");
  BOOST_REQUIRE(ends.server && ends.client);
  BOOST_TEST(ends.server->client_certificate().error().detail.find("no certificate") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(E6_one_that_does_not_hold_is_told_with_the_reason) {
  const auto problem = [this](const CertificatePair& pair) {
    carry(pair);
    const Ends ends = meet("asks.example");
    BOOST_REQUIRE(ends.server);
    return ends.server->client_certificate() ? std::string() : ends.server->client_certificate().error().detail;
  };
  BOOST_TEST(problem(issue_pair("alice", pki::Purpose::client)) == "");
  BOOST_TEST(problem(issue_pair("alice", pki::Purpose::client, -1h)).find("expired") != std::string::npos);
  BOOST_TEST(problem(issue_pair("a.example", pki::Purpose::server)).find("purpose") != std::string::npos);
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
