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

}  // namespace sallyport::tls
