#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pki/certificate.hpp"

// The Online Certificate Status Protocol (RFC 6960): requests out, answers judged. No network here.
namespace sallyport::pki {

// Whether a request carries a nonce, and what an answer without one is worth. A wrong one is always refused.
enum class OcspNonce : std::uint8_t { none, optional, required };

// A nonce must be out of a good generator, 16 bytes; empty: none.
Result<std::string> ocsp_request(const Certificate& certificate, const Certificate& issuer, std::string_view nonce);

struct OcspStatus {
  enum class Kind : std::uint8_t { good, revoked } kind = Kind::good;
  WallTime this_update{};
  WallTime ends{};  // it is worth nothing any more from then on
};

struct OcspRules {
  OcspNonce nonce = OcspNonce::optional;
  Duration skew = std::chrono::minutes(5);      // how far clocks may differ
  Duration usual_age = std::chrono::hours(1);  // how long an answer without nextUpdate is good
};

// What the answer says of the certificate. It must be signed by the issuer, or by a responder whose certificate the
// issuer has signed for OCSP (RFC 6960 section 4.2.2.2), be about this very certificate, and be current; `nonce` is that
// of the request. Errors: malformed; unavailable (tryLater and the like, not current, the responder does not know the
// certificate); denied (signature, responder, nonce, another certificate).
Result<OcspStatus> judge_ocsp_answer(std::string_view answer, const Certificate& certificate, const Certificate& issuer,
                                     std::string_view nonce, const OcspRules& rules, WallTime now);

}  // namespace sallyport::pki
