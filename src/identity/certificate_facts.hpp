#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"

namespace sallyport::identity {

// What a client's certificate says, as far as it matters for who somebody is. Only a verified one has facts: whoever
// holds them may believe them.
struct CertificateFacts {
  std::string subject;      // RFC 4514
  std::string issuer;       // RFC 4514
  std::string serial;       // hexadecimal digits in lower case, without leading zeros
  std::string fingerprint;  // SHA-256 of the certificate (DER): hexadecimal digits in lower case
  std::vector<std::string> common_names;  // of the subject, in the order of the certificate
  std::vector<std::string> emails;        // rfc822Name of subjectAltName
  std::vector<std::string> user_principal_names;  // otherName 1.3.6.1.4.1.311.20.2.3 of subjectAltName
  std::vector<std::string> dns_names;             // dNSName of subjectAltName
  std::vector<std::string> policies;              // OIDs of certificatePolicies
  WallTime not_after{};

  friend bool operator==(const CertificateFacts&, const CertificateFacts&) = default;
};

}  // namespace sallyport::identity
