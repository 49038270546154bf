#pragma once

#include <boost/test/unit_test.hpp>

#include "net/pipe_stream.hpp"
#include "pki/certificate_authority.hpp"
#include "tls/tls_stream.hpp"
#include "unit/async/loop_fixture.hpp"

namespace sallyport::tls {

// One authority for all tests: making keys is the slow part.
inline const pki::Minted& test_authority() {
  static const pki::Minted authority =
      pki::make_authority("Sallyport Test CA", std::chrono::hours(24), wall_now()).value();
  return authority;
}

inline CertificatePair issue_pair(const std::string& name, pki::Purpose purpose = pki::Purpose::server,
                                  std::chrono::seconds lifetime = std::chrono::hours(1)) {
  pki::LeafSpec spec;
  spec.common_name = name;
  spec.names.push_back(name);
  spec.purpose = purpose;
  spec.lifetime = lifetime;
  const auto minted = pki::issue(test_authority(), spec, wall_now());
  return CertificatePair{minted.value().certificate_pem, std::string(minted.value().key_pem.reveal()), name};
}

struct TlsFixture : async::LoopFixture {
  TicketTable tickets{1000};
  ServerOptions server_options;
  ClientOptions client_options;

  TlsFixture() {
    ServerIdentity identity;
    identity.pairs.push_back(issue_pair("localhost"));
    server_options.identities.push_back(identity);
    server_options.alpn = {"http/1.1"};
    client_options.trust_pem = test_authority().certificate_pem;
  }
};

struct Ends {
  std::unique_ptr<TlsStream> server;
  std::unique_ptr<TlsStream> client;
  std::string server_error;
  std::string client_error;
};

struct AskWhoIsArmed final : HandshakeWatch {
  Question question_for(const std::string& armed_for) override {
    if (armed_for == "to forget") return Question::required;
    return armed_for == "nobody" ? Question::none : Question::asked;
  }
  bool prefers_tls_1_2() override { return false; }
};

inline async::Task<> accept_into(Ends& ends, std::unique_ptr<net::Stream> transport,
                          std::shared_ptr<const ServerContext> context, async::Deadline deadline) {
  AskWhoIsArmed watch;
  AcceptOptions options;
  options.choice_deadline = deadline;
  options.watch = &watch;
  auto accepted = co_await TlsStream::accept(std::move(transport), std::move(context), deadline, options);
  if (accepted) {
    ends.server = std::move(*accepted);
  } else {
    ends.server_error = accepted.error().to_string();
  }
}

inline async::Task<> connect_into(Ends& ends, std::unique_ptr<net::Stream> transport,
                           std::shared_ptr<const ClientContext> context, std::string name, async::Deadline deadline) {
  auto connected = co_await TlsStream::connect(std::move(transport), std::move(context), std::move(name), deadline);
  if (connected) {
    ends.client = std::move(*connected);
  } else {
    ends.client_error = connected.error().to_string();
  }
}

// A server and a client of ours, who shake hands.
struct Meeting : TlsFixture {
  async::TaskGroup group{context()};

  Ends meet(const std::string& name = "localhost") {
    Ends ends;
    auto server = ServerContext::make(server_options, tickets).value();
    auto client = ClientContext::make(client_options).value();
    auto [left, right] = net::make_pipe();
    group.spawn(accept_into(ends, std::move(left), server, loop.in(std::chrono::seconds(10))));
    group.spawn(connect_into(ends, std::move(right), client, name, loop.in(std::chrono::seconds(10))));
    loop.run_ready();
    return ends;
  }
};

}  // namespace sallyport::tls
