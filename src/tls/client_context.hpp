#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/gnutls_owner.hpp"
#include "tls/certificate_pair.hpp"

namespace sallyport::tls {

struct ClientOptions {
  std::string trust_pem;                       // CA certificates; empty: the system's
  std::string trust_origin;                    // for error messages
  std::optional<CertificatePair> certificate;  // presented when the server asks
  std::string required_dn;                     // RFC 4514 text that the peer's subject must equal; empty: any
  bool verify = true;                          // chain, time, purpose and name
  std::vector<std::string> alpn;
};

// What every connection that we open to one kind of server shares. Immutable after make(); thread-safe.
class ClientContext {
 public:
  // Errors: bad_config with the origin and the reason.
  static Result<std::shared_ptr<const ClientContext>> make(const ClientOptions& options);
  // The same with other protocols; shares what is dear.
  std::shared_ptr<const ClientContext> with_alpn(std::vector<std::string> alpn) const;

 private:
  friend class TlsStream;
  ClientContext() = default;
  ClientContext(const ClientContext&) = default;
  std::shared_ptr<gnutls_certificate_credentials_st> credentials_;
  std::shared_ptr<gnutls_priority_st> priorities_;
  std::vector<std::string> alpn_;
  std::string required_dn_;
  bool verify_ = true;
};

}  // namespace sallyport::tls
