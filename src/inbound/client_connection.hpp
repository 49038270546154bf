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

// What a listening socket is for.
enum class Port : std::uint8_t { http, https, certificate };  // certificate: TLS that asks for one in every handshake

// The verdict on a client's certificate.
using ClientCertificate = tl::expected<identity::CertificateFacts, pki::CertificateRefusal>;

// What TLS knows of a client's connection, from the handshake on. Without TLS all of it is empty.
struct ConnectionSecurity {
  Port port = Port::http;
  std::unique_ptr<tls::TlsStream> accepted;  // until HTTP takes it
  tls::TlsStream* stream = nullptr;          // as long as the connection lasts
  bool is_http_2 = false;
  // Where a certificate was asked for by the rules of its host; not where it was asked for a login, or on the port for that.
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
  void arm(const std::string& purpose, TimePoint until) override {
    if (security_.stream != nullptr) security_.stream->arm_tickets(purpose, until);
  }

 protected:
  ~ClientConnection() = default;

 private:
  ConnectionSecurity& security_;
};

}  // namespace sallyport::inbound
