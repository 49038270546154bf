#include "pki/ocsp.hpp"

#include <gnutls/ocsp.h>

#include "base/secret.hpp"
#include "log/records.hpp"

namespace sallyport::pki {
namespace {

struct RequestDeleter {
  void operator()(gnutls_ocsp_req_int* request) const { gnutls_ocsp_req_deinit(request); }
};
struct ResponseDeleter {
  void operator()(gnutls_ocsp_resp_int* response) const { gnutls_ocsp_resp_deinit(response); }
};
using Request = std::unique_ptr<gnutls_ocsp_req_int, RequestDeleter>;
using Response = std::unique_ptr<gnutls_ocsp_resp_int, ResponseDeleter>;

tl::unexpected<Error> denied(std::string why) { return fail(Errc::denied, "OCSP: " + std::move(why)); }

const char* status_text(int status) {
  switch (status) {
    case GNUTLS_OCSP_RESP_MALFORMEDREQUEST: return "malformedRequest";
    case GNUTLS_OCSP_RESP_INTERNALERROR: return "internalError";
    case GNUTLS_OCSP_RESP_TRYLATER: return "tryLater";
    case GNUTLS_OCSP_RESP_SIGREQUIRED: return "sigRequired";
    case GNUTLS_OCSP_RESP_UNAUTHORIZED: return "unauthorized";
    default: return "an unknown status";
  }
}

// The certificate's CertID, by this hash: as a request for it has it.
struct CertId {
  crypto::OwnedDatum issuer_name, issuer_key, serial;
};

bool read_cert_id(const Certificate& certificate, const Certificate& issuer, gnutls_digest_algorithm_t hash, CertId& into) {
  gnutls_ocsp_req_t raw = nullptr;
  if (gnutls_ocsp_req_init(&raw) != 0) return false;
  const Request request(raw);
  gnutls_digest_algorithm_t used = hash;
  return gnutls_ocsp_req_add_cert(raw, hash, issuer.handle(), certificate.handle()) == 0 &&
         gnutls_ocsp_req_get_cert_id(raw, 0, &used, into.issuer_name.out(), into.issuer_key.out(), into.serial.out()) == 0;
}

struct Single {
  unsigned status = 0;
  time_t this_update = 0;
  time_t next_update = 0;  // -1: none
};

// The part of the answer that is about this certificate (attack E7: an answer about another one).
Result<Single> find_single(gnutls_ocsp_resp_t response, const Certificate& certificate, const Certificate& issuer) {
  constexpr unsigned kMostSingles = 100;
  for (unsigned i = 0; i < kMostSingles; ++i) {
    gnutls_digest_algorithm_t hash = GNUTLS_DIG_UNKNOWN;
    CertId found;
    Single single;
    unsigned reason = 0;
    time_t revoked = 0;
    const int code = gnutls_ocsp_resp_get_single(response, i, &hash, found.issuer_name.out(), found.issuer_key.out(),
                                                 found.serial.out(), &single.status, &single.this_update,
                                                 &single.next_update, &revoked, &reason);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) break;
    if (code != 0) return fail(Errc::malformed, std::string("OCSP: ") + gnutls_strerror(code));
    CertId wanted;
    if (hash == GNUTLS_DIG_UNKNOWN || !read_cert_id(certificate, issuer, hash, wanted)) continue;
    if (found.issuer_name.view() == wanted.issuer_name.view() && found.issuer_key.view() == wanted.issuer_key.view() &&
        found.serial.view() == wanted.serial.view()) {
      return single;
    }
  }
  return denied("the answer is not about this certificate");
}

Result<> check_signature(gnutls_ocsp_resp_t response, const Certificate& issuer) {
  const int algorithm = gnutls_ocsp_resp_get_signature_algorithm(response);
  if (algorithm < 0 || gnutls_sign_is_secure2(static_cast<gnutls_sign_algorithm_t>(algorithm),
                                              GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) == 0) {
    return denied("the answer is signed by a weak algorithm");
  }
  unsigned faults = 0;
  const int code = gnutls_ocsp_resp_verify_direct(response, issuer.handle(), &faults, 0);
  if (code != 0) return denied(std::string("the answer's signature: ") + gnutls_strerror(code));
  if (faults == 0) return Result<>();
  std::string why;
  if ((faults & GNUTLS_OCSP_VERIFY_SIGNER_NOT_FOUND) != 0) why += " no certificate of the responder;";
  if ((faults & GNUTLS_OCSP_VERIFY_SIGNER_KEYUSAGE_ERROR) != 0) why += " the responder may not sign OCSP answers;";
  if ((faults & GNUTLS_OCSP_VERIFY_UNTRUSTED_SIGNER) != 0) why += " the responder is not the issuer's;";
  if ((faults & GNUTLS_OCSP_VERIFY_INSECURE_ALGORITHM) != 0) why += " weak algorithm;";
  if ((faults & GNUTLS_OCSP_VERIFY_SIGNATURE_FAILURE) != 0) why += " wrong signature;";
  if ((faults & GNUTLS_OCSP_VERIFY_CERT_NOT_ACTIVATED) != 0) why += " the responder's certificate is not valid yet;";
  if ((faults & GNUTLS_OCSP_VERIFY_CERT_EXPIRED) != 0) why += " the responder's certificate has expired;";
  if (why.empty()) why = " not authorized;";
  why.pop_back();
  return denied("unauthorised answer:" + why);
}

Result<> check_nonce(gnutls_ocsp_resp_t response, std::string_view sent, OcspNonce rule) {
  if (sent.empty()) return Result<>();
  crypto::OwnedDatum nonce;
  unsigned critical = 0;
  if (gnutls_ocsp_resp_get_nonce(response, &critical, nonce.out()) != 0) {
    if (rule == OcspNonce::required) return denied("the answer has no nonce");
    return Result<>();
  }
  if (nonce.view() != sent) return denied("the answer has another nonce");
  return Result<>();
}

}  // namespace

Result<std::string> ocsp_request(const Certificate& certificate, const Certificate& issuer, std::string_view nonce) {
  gnutls_ocsp_req_t raw = nullptr;
  if (gnutls_ocsp_req_init(&raw) != 0) return fail(Errc::internal, "no memory for an OCSP request");
  const Request request(raw);
  // SHA-1 names the certificate here and protects nothing; it is what every responder knows (RFC 5019 section 2.1.1).
  if (const int code = gnutls_ocsp_req_add_cert(raw, GNUTLS_DIG_SHA1, issuer.handle(), certificate.handle()); code != 0) {
    return fail(crypto::gnutls_error(code, "OCSP request", Errc::internal));
  }
  if (!nonce.empty()) {
    const gnutls_datum_t bytes = crypto::datum_of(nonce);
    if (const int code = gnutls_ocsp_req_set_nonce(raw, 0, &bytes); code != 0) {
      return fail(crypto::gnutls_error(code, "OCSP nonce", Errc::internal));
    }
  }
  crypto::OwnedDatum out;
  if (const int code = gnutls_ocsp_req_export(raw, out.out()); code != 0) {
    return fail(crypto::gnutls_error(code, "OCSP request", Errc::internal));
  }
  return std::string(out.view());
}

Result<OcspStatus> judge_ocsp_answer(std::string_view answer, const Certificate& certificate, const Certificate& issuer,
                                     std::string_view nonce, const OcspRules& rules, WallTime now) {
  gnutls_ocsp_resp_t raw = nullptr;
  if (gnutls_ocsp_resp_init(&raw) != 0) return fail(Errc::internal, "no memory for an OCSP answer");
  const Response response(raw);
  const gnutls_datum_t bytes = crypto::datum_of(answer);
  if (const int code = gnutls_ocsp_resp_import2(raw, &bytes, GNUTLS_X509_FMT_DER); code != 0) {
    return fail(Errc::malformed, std::string("no OCSP answer: ") + gnutls_strerror(code));
  }
  const int status = gnutls_ocsp_resp_get_status(raw);
  if (status != GNUTLS_OCSP_RESP_SUCCESSFUL) {
    return fail(Errc::unavailable, std::string("OCSP: the responder says ") + status_text(status));
  }
  if (const Result<> fine = check_signature(raw, issuer); !fine) return fail(fine.error());
  if (const Result<> fine = check_nonce(raw, nonce, rules.nonce); !fine) return fail(fine.error());
  const auto single = find_single(raw, certificate, issuer);
  if (!single) return fail(single.error());

  const auto skew = std::chrono::duration_cast<WallTime::duration>(rules.skew);
  OcspStatus out;
  out.this_update = WallTime(std::chrono::seconds(single->this_update));
  if (single->this_update == static_cast<time_t>(-1) || out.this_update > now + skew) {
    return fail(Errc::unavailable, "OCSP: the answer is from the future: " + log::format_utc(out.this_update));
  }
  const bool has_end = single->next_update != static_cast<time_t>(-1);
  out.ends = has_end ? WallTime(std::chrono::seconds(single->next_update))
                     : out.this_update + std::chrono::duration_cast<WallTime::duration>(rules.usual_age);
  out.ends += skew;
  if (single->status == GNUTLS_OCSP_CERT_REVOKED) {
    // What was revoked stays so, however old the answer is.
    out.kind = OcspStatus::Kind::revoked;
    out.ends = std::max(out.ends, now + skew);
    return out;
  }
  if (out.ends < now) return fail(Errc::unavailable, "OCSP: the answer is too old: " + log::format_utc(out.ends - skew));
  if (single->status != GNUTLS_OCSP_CERT_GOOD) {
    return fail(Errc::unavailable, "OCSP: the responder does not know the certificate");
  }
  return out;
}

}  // namespace sallyport::pki
