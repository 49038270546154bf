#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/certificate_facts.hpp"
#include "pki/certificate.hpp"

// Extensions of certificates: DER in, values out.
namespace sallyport::pki {

// The OIDs of certificatePolicies; nothing if it is malformed.
std::optional<std::vector<std::string>> read_policies(std::string_view extension);

// cRLDistributionPoints (RFC 5280 section 4.2.1.13). False if it is malformed.
bool read_crl_points(std::string_view extension, RevocationPointers& into);
// The OCSP responders of authorityInfoAccess (section 4.2.2.1). False if it is malformed.
bool read_responders(std::string_view extension, RevocationPointers& into);

// E-mail addresses, DNS names and user principal names of GeneralNames, whose elements these are; other kinds are passed
// over. False if one is malformed or has a control character, a NUL above all (attack E8).
bool read_alternative_names(std::string_view names, identity::CertificateFacts& into);

// The values of these attributes of a name (RDNSequence), in its order, as UTF-8 and without any escapes. Nothing if the
// name has, anywhere, a value that is no text or has a control character.
std::optional<std::vector<std::string>> read_name(std::string_view rdn_sequence, std::string_view attribute_oid);

}  // namespace sallyport::pki
