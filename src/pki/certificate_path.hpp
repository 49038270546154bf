#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pki/certificate.hpp"

namespace sallyport::pki {

// DER, the client's own first, as it came from the peer: nothing is verified.
struct PresentedChain {
  std::vector<std::string> certificates;
};

// From the client's certificate to the trusted one, each signed by the next one.
using CertificatePath = std::vector<CertificatePtr>;

// The authorities that are trusted. Immutable, thread-safe.
class TrustAnchors {
 public:
  // Of a PEM text. Error: bad_config (no certificate, or one that cannot be read), with `origin`.
  static Result<std::shared_ptr<const TrustAnchors>> make(std::string_view pem, const std::string& origin);
  ~TrustAnchors();
  TrustAnchors(const TrustAnchors&) = delete;
  TrustAnchors& operator=(const TrustAnchors&) = delete;

  const std::vector<CertificatePtr>& all() const { return certificates_; }
  gnutls_x509_trust_list_t list() const { return list_; }

 private:
  TrustAnchors() = default;
  std::vector<CertificatePtr> certificates_;
  gnutls_x509_trust_list_t list_ = nullptr;  // has references to what certificates_ own
};

// Verifies a chain for the authentication of a TLS client (RFC 5280 section 6), revocation apart. Certificates that the
// way does not need are passed over, and of several ways one that holds is enough. What is refused has the reason that
// comes first on the way from the client to the authority (attack E6). Blocks for as long as a few signatures take.
Judged<CertificatePath> verify_path(const PresentedChain& chain, const TrustAnchors& anchors,
                                    const CertificateLimits& limits, WallTime now);

}  // namespace sallyport::pki
