#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::pki {

// Why a client's certificate is not accepted.
enum class CertificateFault : std::uint8_t {
  none_shown,
  unreadable,         // not what the grammar allows
  too_large,          // over a limit of size or count
  bad_name,           // a name with control characters, or with bytes that are no text
  expired,            // it, or one that it depends on; so with the following ones
  not_yet_valid,
  unknown_issuer,     // no way to an authority that is trusted
  wrong_purpose,      // not for TLS clients
  weak_signature,     // SHA-1, MD5
  weak_key,           // RSA below 2048 bits and the like
  is_authority,       // an authority's own certificate
  unknown_extension,  // critical, and not known here
  name_constraint,    // a name that its authority may not certify
  path_length,        // more authorities in between than one of them allows
  invalid,            // another rule of RFC 5280
  revoked,
  undetermined,       // nobody can say whether it is revoked
  unavailable,        // this server has no time for it now
};

// A stable name, for logs and audit: "not-yet-valid".
std::string_view name_of(CertificateFault fault);

// `detail` is for logs and administrators only.
struct CertificateRefusal {
  CertificateFault fault = CertificateFault::invalid;
  std::string detail;
};

}  // namespace sallyport::pki
