#include <gnutls/gnutls.h>

#include <cerrno>

#include "unit/tls/tls_fixture.hpp"

using namespace sallyport;
using namespace sallyport::tls;
using namespace std::chrono_literals;

namespace {

// How a client sends its first message.
enum class Manner : std::uint8_t {
  whole,
  trickling,  // a few bytes, then nothing for a while
  in_records  // of a few bytes each
};

// A client that can be asked for a certificate late.
class LateClient {
 public:
  Manner manner = Manner::whole;

  LateClient(std::unique_ptr<net::Stream> transport, const CertificatePair* pair, const char* priorities, unsigned flags)
      : transport_(std::move(transport)) {
    gnutls_session_t session = nullptr;
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | flags);
    session_.reset(session);
    gnutls_priority_set_direct(session, priorities, nullptr);
    gnutls_certificate_credentials_t credentials = nullptr;
    gnutls_certificate_allocate_credentials(&credentials);
    credentials_.reset(credentials);
    if (pair != nullptr) BOOST_REQUIRE(add_pair(credentials, *pair).has_value());
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9);
    gnutls_transport_set_ptr(session, this);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_push_function(session, push);
    gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);
  }

  int handshake() { return gnutls_handshake(session_.get()); }
  int reauthenticate() { return gnutls_reauth(session_.get(), 0); }
  int receive() {
    char byte = 0;
    return static_cast<int>(gnutls_record_recv(session_.get(), &byte, 1));
  }
  void send(std::string_view text) { gnutls_record_send(session_.get(), text.data(), text.size()); }
  void send_small_records() { BOOST_REQUIRE(gnutls_record_set_max_size(session_.get(), 512) == 0); }
  void refuse() { gnutls_alert_send(session_.get(), GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION); }
  void hang_up() { transport_->abort(); }

 private:
  static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t size) {
    auto& client = *static_cast<LateClient*>(self);
    return client.outcome(client.transport_->try_read(std::span(static_cast<char*>(into), size)));
  }
  static ssize_t push(gnutls_transport_ptr_t self, const void* from, std::size_t size) {
    auto& client = *static_cast<LateClient*>(self);
    const std::string_view bytes(static_cast<const char*>(from), size);
    if (client.manner == Manner::trickling && (client.pauses_ = !client.pauses_)) {
      return client.outcome(net::Attempt::would_block());
    }
    if (client.manner == Manner::in_records && !client.began_) {
      client.began_ = true;
      for (std::size_t at = 5; at < size; at += kPiece) {
        const std::string_view piece = bytes.substr(at, kPiece);
        std::string record(bytes.substr(0, 3));
        record += {'\0', static_cast<char>(piece.size())};
        record += piece;
        client.transport_->try_write(record);
      }
      return static_cast<ssize_t>(size);
    }
    const std::size_t most = client.manner == Manner::trickling ? kPiece : size;
    return client.outcome(client.transport_->try_write(bytes.substr(0, most)));
  }
  ssize_t outcome(const net::Attempt& attempt) {
    if (attempt.kind == net::Attempt::Kind::done) return static_cast<ssize_t>(attempt.bytes);
    if (attempt.kind == net::Attempt::Kind::end) return 0;
    gnutls_transport_set_errno(session_.get(), attempt.kind == net::Attempt::Kind::would_block ? EAGAIN : EIO);
    return -1;
  }

  static constexpr std::size_t kPiece = 50;
  bool pauses_ = false;
  bool began_ = false;
  std::unique_ptr<net::Stream> transport_;
  crypto::CredentialsHandle credentials_;
  crypto::SessionHandle session_;
};

constexpr const char* kTls13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
constexpr const char* kTls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";

struct Late : Meeting {
  std::shared_ptr<const ServerContext> context;
  CertificatePair alice = issue_pair("alice", pki::Purpose::client);
  Ends ends;
  std::unique_ptr<LateClient> client;
  Result<> asked = fail(Errc::internal, "not asked");
  bool over = false;

  Late() {
    server_options.client_ca_pem = test_authority().certificate_pem;
    server_options.client_auth.others = ClientAuth::prompt_as_needed;
    context = ServerContext::make(server_options, tickets).value();
  }

  void connect(const char* priorities, const CertificatePair* pair, unsigned flags = GNUTLS_POST_HANDSHAKE_AUTH,
               Manner manner = Manner::whole) {
    auto [left, right] = net::make_pipe();
    group.spawn(accept_into(ends, std::move(left), context, loop.in(10s)));
    client = std::make_unique<LateClient>(std::move(right), pair, priorities, flags);
    client->manner = manner;
    int code = GNUTLS_E_AGAIN;
    for (int round = 0; round < 1000 && code == GNUTLS_E_AGAIN; ++round) {
      code = client->handshake();
      loop.run_ready();
    }
    BOOST_TEST_INFO(static_cast<int>(manner));
    BOOST_REQUIRE_MESSAGE(code == 0 && ends.server, gnutls_strerror(code) + (" / " + ends.server_error));
    BOOST_TEST(ends.server->take_presented().empty());
    BOOST_TEST(!ends.server->has_asked());
  }
  static async::Task<> ask(Late& late) {
    late.asked = co_await late.ends.server->request_certificate(late.loop.in(10s));
    late.over = true;
  }
  // Both sides, until the question is answered.
  void ask_and_answer() {
    group.spawn(ask(*this));
    loop.run_ready();
    int code = client->receive();
    for (int round = 0; round < 100 && !over; ++round) {
      if (code == GNUTLS_E_REAUTH_REQUEST) {
        const int done = client->reauthenticate();
        if (done == 0) code = GNUTLS_E_AGAIN;
      } else if (code == GNUTLS_E_REHANDSHAKE) {
        const int done = client->handshake();
        if (done == 0) code = GNUTLS_E_AGAIN;
      } else {
        code = client->receive();
      }
      loop.run_ready();
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_late_request, Late)

BOOST_AUTO_TEST_CASE(a_client_of_tls_1_3_that_offers_it_is_asked_after_the_handshake) {
  connect(kTls13, &alice);
  BOOST_TEST((ends.server->late_request() == LateRequest::post_handshake));
  ask_and_answer();
  BOOST_TEST(asked.has_value());
  BOOST_TEST(ends.server->has_asked());
  BOOST_TEST(ends.server->take_presented().size() == 1u);
  // It is told once.
  BOOST_TEST(ends.server->take_presented().empty());
  // No ticket carries it.
  const std::size_t before = tickets.size();
  BOOST_TEST(ends.server->send_tickets(2).has_value());
  BOOST_TEST(tickets.size() == before);
}

BOOST_AUTO_TEST_CASE(it_is_asked_however_its_client_hello_came) {
  for (const Manner manner : {Manner::in_records, Manner::trickling}) {
    connect(kTls13, &alice, GNUTLS_POST_HANDSHAKE_AUTH, manner);
    BOOST_TEST((ends.server->late_request() == LateRequest::post_handshake));
    over = false;
    ask_and_answer();
    BOOST_TEST(asked.has_value());
    BOOST_TEST(ends.server->take_presented().size() == 1u);
    ends = Ends();
  }
}

BOOST_AUTO_TEST_CASE(an_answer_in_several_records_is_read_to_its_end) {
  CertificatePair chain = alice;
  chain.chain_pem += test_authority().certificate_pem;
  for (const char* const priorities : {kTls13, kTls12}) {
    connect(priorities, &chain);
    client->send_small_records();
    over = false;
    ask_and_answer();
    BOOST_TEST(over);
    BOOST_TEST(asked.has_value());
    BOOST_TEST(ends.server->take_presented().size() == 2u);
    ends = Ends();
  }
}

BOOST_AUTO_TEST_CASE(a_client_of_tls_1_3_that_does_not_offer_it_cannot_be_asked) {
  connect(kTls13, &alice, 0);
  BOOST_TEST((ends.server->late_request() == LateRequest::none));
  group.spawn(ask(*this));
  loop.run_ready();
  BOOST_REQUIRE(over && !asked);
  BOOST_TEST((asked.error().code == Errc::unsupported));
  BOOST_TEST(!ends.server->has_asked());
}

BOOST_AUTO_TEST_CASE(where_nobody_is_asked_late_the_server_does_not_offer_it) {
  server_options.client_auth.others = ClientAuth::never;
  context = ServerContext::make(server_options, tickets).value();
  connect(kTls13, &alice);
  BOOST_TEST((ends.server->late_request() == LateRequest::none));
}

BOOST_AUTO_TEST_CASE(a_client_of_tls_1_2_is_asked_by_renegotiation) {
  connect(kTls12, &alice);
  BOOST_TEST((ends.server->late_request() == LateRequest::renegotiation));
  ask_and_answer();
  BOOST_TEST(asked.has_value());
  BOOST_TEST(ends.server->take_presented().size() == 1u);
}

BOOST_AUTO_TEST_CASE(E4_without_safe_renegotiation_or_an_extended_master_secret_it_is_not) {
  connect("NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_SESSION_HASH", &alice);
  BOOST_TEST((ends.server->late_request() == LateRequest::none));
}

BOOST_AUTO_TEST_CASE(E5_a_client_that_shows_none_leaves_the_connection_as_it_was) {
  for (const char* const version : {kTls13, kTls12}) {
    over = false;
    ends = Ends();
    connect(version, nullptr);
    ask_and_answer();
    BOOST_TEST(asked.has_value());
    BOOST_TEST(ends.server->take_presented().empty());
    BOOST_TEST(!ends.server->has_asked());
    client->send("x");
    char byte = 0;
    BOOST_TEST((ends.server->try_read(std::span(&byte, 1)).kind == net::Attempt::Kind::done));
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_will_not_renegotiate_says_so_and_goes_on) {
  connect(kTls12, &alice);
  group.spawn(ask(*this));
  loop.run_ready();
  client->refuse();
  loop.run_ready();
  BOOST_REQUIRE(over && !asked);
  BOOST_TEST((asked.error().code == Errc::denied));
  client->send("x");
  char byte = 0;
  BOOST_TEST((ends.server->try_read(std::span(&byte, 1)).kind == net::Attempt::Kind::done));
}

BOOST_AUTO_TEST_CASE(E3_data_that_comes_before_the_answer_is_kept_for_later) {
  for (const char* const version : {kTls13, kTls12}) {
    over = false;
    ends = Ends();
    connect(version, &alice);
    client->send("GET /early");
    ask_and_answer();
    BOOST_TEST(asked.has_value());
    BOOST_TEST(ends.server->take_presented().size() == 1u);
    BOOST_TEST(!ends.server->is_dry());
    char bytes[64];
    const net::Attempt read = ends.server->try_read(bytes);
    BOOST_REQUIRE((read.kind == net::Attempt::Kind::done));
    BOOST_TEST(std::string_view(bytes, read.bytes) == "GET /early");
    BOOST_TEST((ends.server->try_read(bytes).kind == net::Attempt::Kind::would_block));
  }
}

BOOST_AUTO_TEST_CASE(E3_more_of_it_than_is_kept_ends_the_connection) {
  connect(kTls13, &alice);
  group.spawn(ask(*this));
  for (int i = 0; i < 8; ++i) {
    client->send(std::string(16000, 'x'));
    loop.run_ready();
  }
  BOOST_REQUIRE(over && !asked);
  BOOST_TEST((asked.error().code == Errc::too_large));
  char byte = 0;
  while (ends.server->try_read(std::span(&byte, 1)).kind == net::Attempt::Kind::done) continue;
  BOOST_TEST((ends.server->try_read(std::span(&byte, 1)).kind == net::Attempt::Kind::failed));
}

BOOST_AUTO_TEST_CASE(a_client_that_hangs_up_to_ask_its_user_is_told_from_one_that_errs) {
  connect(kTls12, &alice);
  group.spawn(ask(*this));
  loop.run_ready();
  client->hang_up();
  loop.run_ready();
  BOOST_REQUIRE(over && !asked);
  BOOST_TEST((asked.error().code == Errc::closed));
}

BOOST_AUTO_TEST_SUITE_END()
