#include "pki/certificate_path.hpp"

#include <algorithm>
#include <optional>

#include "log/records.hpp"

namespace sallyport::pki {
namespace {

constexpr std::string_view kClientAuth = GNUTLS_KP_TLS_WWW_CLIENT;
constexpr std::string_view kAnyPurpose = GNUTLS_KP_ANY;

tl::unexpected<CertificateRefusal> refuse_one(CertificateFault fault, const Certificate& certificate,
                                              const std::string& why) {
  return refuse(fault, certificate.subject() + ": " + why);
}

Judged<std::vector<CertificatePtr>> read_chain(const PresentedChain& chain, const CertificateLimits& limits) {
  if (chain.certificates.empty()) return refuse(CertificateFault::none_shown, "no certificate");
  if (chain.certificates.size() > limits.max_certificates) {
    return refuse(CertificateFault::too_large, std::to_string(chain.certificates.size()) + " certificates");
  }
  std::size_t bytes = 0;
  for (const std::string& der : chain.certificates) bytes += der.size();
  if (bytes > limits.max_bytes) return refuse(CertificateFault::too_large, std::to_string(bytes) + " bytes");
  std::vector<CertificatePtr> out;
  for (const std::string& der : chain.certificates) {
    auto certificate = Certificate::read(der, limits);
    if (!certificate) return tl::unexpected(certificate.error());
    out.push_back(std::move(*certificate));
  }
  return out;
}

bool is_for_clients(const Certificate& certificate) {
  for (unsigned i = 0;; ++i) {
    char oid[128];
    std::size_t size = sizeof oid;
    const int code = gnutls_x509_crt_get_key_purpose_oid(certificate.handle(), i, oid, &size, nullptr);
    // Without the extension it is for any purpose.
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return i == 0;
    if (code != 0) return false;
    if (oid == kClientAuth || oid == kAnyPurpose) return true;
  }
}

Judged<> check_strength(const Certificate& certificate, bool is_trusted) {
  unsigned bits = 0;
  const auto algorithm = static_cast<gnutls_pk_algorithm_t>(
      gnutls_x509_crt_get_pk_algorithm(certificate.handle(), &bits));
  if (gnutls_pk_bits_to_sec_param(algorithm, bits) < GNUTLS_SEC_PARAM_MEDIUM) {
    return refuse_one(CertificateFault::weak_key, certificate,
                      std::string(gnutls_pk_get_name(algorithm)) + " of " + std::to_string(bits) + " bits");
  }
  // Nobody relies on the signature of what is trusted anyway.
  if (is_trusted) return Judged<>();
  const auto sign = static_cast<gnutls_sign_algorithm_t>(gnutls_x509_crt_get_signature_algorithm(certificate.handle()));
  if (gnutls_sign_is_secure2(sign, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) == 0) {
    const char* const name = gnutls_sign_get_name(sign);
    return refuse_one(CertificateFault::weak_signature, certificate, name != nullptr ? name : "unknown algorithm");
  }
  return Judged<>();
}

// One certificate of the way; `below`: how many authorities stand below it that are not self-issued.
Judged<> check_one(const Certificate& certificate, bool is_leaf, bool is_trusted, int below, WallTime now) {
  if (now < certificate.not_before()) {
    return refuse_one(CertificateFault::not_yet_valid, certificate,
                      "valid from " + log::format_utc(certificate.not_before()));
  }
  if (now > certificate.not_after()) {
    return refuse_one(CertificateFault::expired, certificate, "valid until " + log::format_utc(certificate.not_after()));
  }
  if (is_leaf && certificate.is_authority()) {
    return refuse_one(CertificateFault::is_authority, certificate, "an authority's certificate is nobody's");
  }
  if (auto strong = check_strength(certificate, is_trusted); !strong) return strong;
  if (!certificate.unknown_critical().empty()) {
    return refuse_one(CertificateFault::unknown_extension, certificate, "critical " + certificate.unknown_critical());
  }
  if (!is_for_clients(certificate)) {
    return refuse_one(CertificateFault::wrong_purpose, certificate, "not for TLS clients");
  }
  if (!is_leaf && !certificate.is_authority()) {
    return refuse_one(CertificateFault::invalid, certificate, "it has signed another one, but is no authority");
  }
  if (!is_leaf && certificate.path_length() >= 0 && below > certificate.path_length()) {
    return refuse_one(CertificateFault::path_length, certificate,
                      "at most " + std::to_string(certificate.path_length()) + " authorities below it, not " +
                          std::to_string(below));
  }
  return Judged<>();
}

// Of a status that the checks above have not explained.
CertificateFault fault_of(unsigned status) {
  if ((status & GNUTLS_CERT_EXPIRED) != 0) return CertificateFault::expired;
  if ((status & GNUTLS_CERT_NOT_ACTIVATED) != 0) return CertificateFault::not_yet_valid;
  if ((status & GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS) != 0) return CertificateFault::unknown_extension;
  if ((status & GNUTLS_CERT_PURPOSE_MISMATCH) != 0) return CertificateFault::wrong_purpose;
  if ((status & GNUTLS_CERT_INSECURE_ALGORITHM) != 0) return CertificateFault::weak_key;
  // The length of the path has been judged before.
  if ((status & GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE) != 0) return CertificateFault::name_constraint;
  if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0) return CertificateFault::unknown_issuer;
  return CertificateFault::invalid;
}

// GnuTLS has the last word, on everything.
Judged<> verify_by_library(const CertificatePath& path, const TrustAnchors& anchors) {
  std::vector<gnutls_x509_crt_t> handles;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) handles.push_back(path[i]->handle());
  gnutls_typed_vdata_st purpose{};
  purpose.type = GNUTLS_DT_KEY_PURPOSE_OID;
  purpose.data = reinterpret_cast<unsigned char*>(const_cast<char*>(GNUTLS_KP_TLS_WWW_CLIENT));
  constexpr unsigned kFlags = GNUTLS_VERIFY_DO_NOT_ALLOW_X509_V1_CA_CRT | GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);
  unsigned status = 0;
  const int code = gnutls_x509_trust_list_verify_crt2(anchors.list(), handles.data(), static_cast<unsigned>(handles.size()),
                                                      &purpose, 1, kFlags, &status, nullptr);
  if (code == 0 && status == 0) return Judged<>();
  if (code != 0) return refuse_one(CertificateFault::invalid, *path.front(), gnutls_strerror(code));
  crypto::OwnedDatum text;
  std::string why = "not accepted";
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, text.out(), 0) == 0) {
    why = text.view();
    while (!why.empty() && (why.back() == '\0' || why.back() == ' ')) why.pop_back();
  }
  return refuse_one(fault_of(status), *path.front(), why);
}

Judged<> check_path(const CertificatePath& path, const TrustAnchors& anchors, WallTime now) {
  int below = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Certificate& one = *path[i];
    const bool is_leaf = i == 0;
    const bool is_trusted = i + 1 == path.size();
    if (auto fine = check_one(one, is_leaf, is_trusted, below, now); !fine) return fine;
    // RFC 5280 section 6.1.4 (l).
    if (!is_leaf && one.subject_der() != one.issuer_der()) ++below;
  }
  return verify_by_library(path, anchors);
}

// Looks for a way that holds, depth first: several certificates may have the name and the key of an authority, signed by
// others or for another time. The first way that does not hold says why, if none does.
class PathSearch {
 public:
  PathSearch(const std::vector<CertificatePtr>& shown, const TrustAnchors& anchors, WallTime now)
      : shown_(shown), anchors_(anchors), now_(now) {}

  Judged<CertificatePath> run() {
    path_ = {shown_.front()};
    if (extend()) return std::move(path_);
    if (refusal_) return tl::unexpected(*refusal_);
    return refuse_one(CertificateFault::unknown_issuer, *shown_.front(),
                      "nobody trusted has signed it as " + shown_.front()->issuer());
  }

 private:
  bool extend() {
    return try_signers(anchors_.all(), true) || try_signers(shown_, false);
  }

  bool try_signers(const std::vector<CertificatePtr>& candidates, bool are_trusted) {
    const CertificatePtr last = path_.back();
    for (const CertificatePtr& candidate : candidates) {
      if (last->issuer_der() != candidate->subject_der() || is_used(*candidate)) continue;
      if (signatures_left_-- == 0) {
        signatures_left_ = 0;
        return false;
      }
      if (!last->is_signed_by(*candidate)) continue;
      path_.push_back(candidate);
      if (are_trusted ? holds() : extend()) return true;
      path_.pop_back();
    }
    return false;
  }

  bool holds() {
    const auto fine = check_path(path_, anchors_, now_);
    if (!fine && !refusal_) refusal_ = fine.error();
    return fine.has_value();
  }

  bool is_used(const Certificate& candidate) const {
    const auto is_it = [&](const CertificatePtr& other) { return other->fingerprint() == candidate.fingerprint(); };
    return std::any_of(path_.begin(), path_.end(), is_it);
  }

  const std::vector<CertificatePtr>& shown_;
  const TrustAnchors& anchors_;
  const WallTime now_;
  CertificatePath path_;
  std::optional<CertificateRefusal> refusal_;
  int signatures_left_ = 50;  // of all that may be verified in search of a way (attack D4)
};

}  // namespace

Result<std::shared_ptr<const TrustAnchors>> TrustAnchors::make(std::string_view pem, const std::string& origin) {
  std::shared_ptr<TrustAnchors> anchors(new TrustAnchors);
  if (gnutls_x509_trust_list_init(&anchors->list_, 0) != 0) return fail(Errc::internal, "no memory for " + origin);
  CertificateLimits any;
  any.max_certificate = pem.size();
  any.max_names = any.max_bytes;
  any.max_key_bits = 65536;
  const auto blocks = decode_pem(pem, kCertificateLabel);
  if (!blocks) return fail(Errc::bad_config, origin + ": not all of it is PEM");
  for (const std::string& der : *blocks) {
    auto certificate = Certificate::read(der, any);
    if (!certificate) {
      return fail(Errc::bad_config, origin + ": certificate " + std::to_string(anchors->certificates_.size() + 1) + ": " +
                                        certificate.error().detail);
    }
    gnutls_x509_crt_t handle = (*certificate)->handle();
    anchors->certificates_.push_back(std::move(*certificate));
    if (gnutls_x509_trust_list_add_cas(anchors->list_, &handle, 1, 0) != 1) {
      return fail(Errc::bad_config, origin + ": " + anchors->certificates_.back()->subject());
    }
  }
  if (anchors->certificates_.empty()) return fail(Errc::bad_config, origin + ": no certificate");
  return std::shared_ptr<const TrustAnchors>(std::move(anchors));
}

TrustAnchors::~TrustAnchors() { gnutls_x509_trust_list_deinit(list_, 0); }

Judged<CertificatePath> verify_path(const PresentedChain& chain, const TrustAnchors& anchors,
                                    const CertificateLimits& limits, WallTime now) {
  auto shown = read_chain(chain, limits);
  if (!shown) return tl::unexpected(shown.error());
  return PathSearch(*shown, anchors, now).run();
}

}  // namespace sallyport::pki
