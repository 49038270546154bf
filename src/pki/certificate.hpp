#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/clock.hpp"
#include "crypto/gnutls_owner.hpp"
#include "identity/certificate_facts.hpp"
#include "pki/certificate_fault.hpp"

namespace sallyport::pki {

template <class T = void>
using Judged = tl::expected<T, CertificateRefusal>;

inline tl::unexpected<CertificateRefusal> refuse(CertificateFault fault, std::string detail) {
  return tl::unexpected<CertificateRefusal>(CertificateRefusal{fault, std::move(detail)});
}

// What is looked at before any work is done (attack D4).
struct CertificateLimits {
  std::size_t max_certificates = 10;      // of a chain
  std::size_t max_bytes = 64 * 1024;      // of a chain
  std::size_t max_certificate = 16 * 1024;  // bytes of one certificate
  std::size_t max_names = 200;            // of subjectAltName, and subtrees of nameConstraints
  unsigned max_key_bits = 8192;           // of RSA and DSA
};

// Where a certificate says that word of its revocation can be had. Nothing in it has been judged.
struct RevocationPointers {
  std::vector<std::string> crls;        // URLs of cRLDistributionPoints, in its order
  std::vector<std::string> responders;  // URLs of OCSP responders in authorityInfoAccess, in its order
  // It names CRLs in ways that are not supported only: for some reasons, of other issuers, without a URL.
  bool names_others = false;

  bool empty() const { return crls.empty() && responders.empty() && !names_others; }
};

// A certificate as it was read, with what is asked of it often. Says nothing about trust. Immutable, thread-safe.
class Certificate {
 public:
  // Faults: unreadable, too_large.
  static Judged<std::shared_ptr<const Certificate>> read(std::string_view der, const CertificateLimits& limits);

  gnutls_x509_crt_t handle() const { return handle_.get(); }
  const std::string& subject() const { return subject_; }  // RFC 4514
  const std::string& issuer() const { return issuer_; }    // RFC 4514
  const std::string& subject_der() const { return subject_der_; }
  const std::string& issuer_der() const { return issuer_der_; }
  const std::string& serial() const { return serial_; }  // big-endian, without leading zeros
  std::string serial_text() const;  // hexadecimal digits in lower case, without leading zeros
  const std::string& fingerprint() const { return fingerprint_; }  // SHA-256, hexadecimal
  const RevocationPointers& pointers() const { return pointers_; }
  bool is_authority() const { return is_authority_; }
  WallTime not_before() const { return not_before_; }
  WallTime not_after() const { return not_after_; }
  // OID of a critical extension that is not known here; empty if there is none.
  const std::string& unknown_critical() const { return unknown_critical_; }
  // How many authorities may stand below it, above the leaf; negative: any number.
  int path_length() const { return path_length_; }
  bool may_sign_crls() const { return may_sign_crls_; }

  // Was this one signed with the key of `issuer`, whose name it has as its issuer's?
  bool is_signed_by(const Certificate& issuer) const;

  // Fault: bad_name. Facts are for those who have verified it.
  Judged<identity::CertificateFacts> facts() const;

 private:
  explicit Certificate(crypto::CertificateHandle handle) : handle_(std::move(handle)) {}
  Judged<> read_fields(std::string_view der);
  Judged<> read_extensions(const CertificateLimits& limits);
  Judged<> read_extension(const std::string& oid, std::string_view content, const CertificateLimits& limits);

  crypto::CertificateHandle handle_;
  std::string subject_, issuer_, subject_der_, issuer_der_, serial_, fingerprint_;
  std::string unknown_critical_;
  std::string alternative_names_;  // content of subjectAltName; empty if there is none
  std::vector<std::string> policies_;
  RevocationPointers pointers_;
  bool is_authority_ = false;
  bool may_sign_crls_ = true;
  int path_length_ = -1;
  WallTime not_before_{}, not_after_{};
};

using CertificatePtr = std::shared_ptr<const Certificate>;

// The parts of a PEM text between BEGIN and END of this label, in its order, decoded; other parts are passed over. Nothing
// if one of them cannot be decoded.
std::optional<std::vector<std::string>> decode_pem(std::string_view pem, const std::string& label);
inline constexpr const char* kCertificateLabel = "CERTIFICATE";

}  // namespace sallyport::pki
