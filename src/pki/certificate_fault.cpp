#include "pki/certificate_fault.hpp"

namespace sallyport::pki {

std::string_view name_of(CertificateFault fault) {
  switch (fault) {
    case CertificateFault::none_shown: return "none-shown";
    case CertificateFault::unreadable: return "unreadable";
    case CertificateFault::too_large: return "too-large";
    case CertificateFault::bad_name: return "bad-name";
    case CertificateFault::expired: return "expired";
    case CertificateFault::not_yet_valid: return "not-yet-valid";
    case CertificateFault::unknown_issuer: return "unknown-issuer";
    case CertificateFault::wrong_purpose: return "wrong-purpose";
    case CertificateFault::weak_signature: return "weak-signature";
    case CertificateFault::weak_key: return "weak-key";
    case CertificateFault::is_authority: return "is-authority";
    case CertificateFault::unknown_extension: return "unknown-extension";
    case CertificateFault::name_constraint: return "name-constraint";
    case CertificateFault::path_length: return "path-length";
    case CertificateFault::invalid: return "invalid";
    case CertificateFault::revoked: return "revoked";
    case CertificateFault::undetermined: return "undetermined";
    case CertificateFault::unavailable: return "unavailable";
  }
  return "invalid";
}

}  // namespace sallyport::pki
