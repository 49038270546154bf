#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "identity/certificate_facts.hpp"
#include "inbound/session_connections.hpp"
#include "pki/client_verifier.hpp"
#include "tls/tls_stream.hpp"

namespace sallyport::inbound {

// The verdict on a client's certificate.
using ClientCertificate = tl::expected<identity::CertificateFacts, pki::CertificateRefusal>;

// What TLS knows of a client's connection, from the handshake on. Without TLS all of it is empty.
struct ConnectionSecurity {
  std::unique_ptr<tls::TlsStream> accepted;  // until HTTP takes it
  tls::TlsStream* stream = nullptr;          // as long as the connection lasts
  bool is_http_2 = false;
  // Where a certificate was asked for by the rules of its interface and host; not where it was asked for a login, or where
  // there is nothing but logins.
  std::unique_ptr<const ClientCertificate> certificate;
  // The session that `certificate` has made last, for a request without a cookie.
  std::optional<session::SessionId> given;
};

// The connection that requests come by, as far as they may know it: whose it is and what TLS can be asked to do.
// Loop-local.
class ClientConnection : public SessionConnections::Entry {
 public:
  ClientConnection(SessionConnections& all, ConnectionSecurity& security) : Entry(all), security_(security) {}

  ConnectionSecurity& security() { return security_; }
  bool arm(const std::string& purpose, TimePoint until) override {
    // A browser sends its cookie by all interfaces of a host: by some of them nobody may be asked.
    tls::TlsStream* const stream = security_.stream;
    if (stream == nullptr || stream->client_auth() != tls::ClientAuth::prompt_as_needed) return false;
    return stream->arm_tickets(purpose, until) > 0;
  }

 protected:
  ~ClientConnection() = default;

 private:
  ConnectionSecurity& security_;
};

}  // namespace sallyport::inbound
