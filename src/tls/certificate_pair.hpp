#pragma once

#include <string>

#include "base/result.hpp"
#include "crypto/gnutls_owner.hpp"

namespace sallyport::tls {

// A certificate chain with its key, both as PEM text.
struct CertificatePair {
  std::string chain_pem;
  std::string key_pem;
  std::string origin;  // for error messages: the files' names
};

// Error: bad_config with the origin and the reason (unreadable chain or key, key and certificate that do not match).
Result<> add_pair(gnutls_certificate_credentials_t credentials, const CertificatePair& pair);

}  // namespace sallyport::tls
