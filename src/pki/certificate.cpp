#include "pki/certificate.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "pki/certificate_extensions.hpp"
#include "pki/der.hpp"

namespace sallyport::pki {
namespace {

constexpr std::string_view kSubjectAltName = "2.5.29.17";
constexpr std::string_view kNameConstraints = "2.5.29.30";
constexpr std::string_view kCrlPoints = "2.5.29.31";
constexpr std::string_view kPolicies = "2.5.29.32";
constexpr std::string_view kAuthorityInfo = "1.3.6.1.5.5.7.1.1";
// May be critical: basicConstraints, keyUsage, extKeyUsage, the two names of keys, and those above. What limits policies
// (policyConstraints, inhibitAnyPolicy, policyMappings) is not processed, so that a critical one refuses.
constexpr std::array<std::string_view, 10> kKnown = {kSubjectAltName, kNameConstraints, kCrlPoints,  kPolicies,
                                                     kAuthorityInfo,  "2.5.29.19",      "2.5.29.15", "2.5.29.37",
                                                     "2.5.29.14",     "2.5.29.35"};
constexpr unsigned kMostExtensions = 64;

WallTime wall(time_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

std::string dn_text(gnutls_x509_crt_t certificate, decltype(&gnutls_x509_crt_get_dn3) get) {
  crypto::OwnedDatum text;
  if (get(certificate, text.out(), 0) != 0) return std::string();
  return std::string(text.view());
}

// How many elements the sequence has, up to `most` + 1.
std::size_t count(std::string_view sequence, std::size_t most) {
  der::Reader reader(sequence);
  std::size_t n = 0;
  while (n <= most && reader.next()) ++n;
  return n;
}

}  // namespace

Judged<std::shared_ptr<const Certificate>> Certificate::read(std::string_view der, const CertificateLimits& limits) {
  if (der.size() > limits.max_certificate) {
    return refuse(CertificateFault::too_large, "a certificate of " + std::to_string(der.size()) + " bytes");
  }
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_crt_init(&raw) != 0) return refuse(CertificateFault::unavailable, "no memory for a certificate");
  std::shared_ptr<Certificate> certificate(new Certificate(crypto::CertificateHandle(raw)));
  const gnutls_datum_t bytes = crypto::datum_of(der);
  if (const int code = gnutls_x509_crt_import(raw, &bytes, GNUTLS_X509_FMT_DER); code != 0) {
    return refuse(CertificateFault::unreadable, gnutls_strerror(code));
  }
  if (auto read = certificate->read_fields(der); !read) return tl::unexpected(read.error());
  unsigned bits = 0;
  const int algorithm = gnutls_x509_crt_get_pk_algorithm(raw, &bits);
  if (algorithm < 0) return refuse(CertificateFault::unreadable, "the key of " + certificate->subject_);
  if (bits > limits.max_key_bits) {
    return refuse(CertificateFault::too_large, "a key of " + std::to_string(bits) + " bits: " + certificate->subject_);
  }
  if (auto read = certificate->read_extensions(limits); !read) return tl::unexpected(read.error());
  return std::shared_ptr<const Certificate>(std::move(certificate));
}

Judged<> Certificate::read_fields(std::string_view der) {
  gnutls_x509_crt_t const raw = handle_.get();
  fingerprint_ = hex_encoded(crypto::sha256(der));
  subject_ = dn_text(raw, &gnutls_x509_crt_get_dn3);
  issuer_ = dn_text(raw, &gnutls_x509_crt_get_issuer_dn3);
  crypto::OwnedDatum subject, issuer;
  if (gnutls_x509_crt_get_raw_dn(raw, subject.out()) != 0 || gnutls_x509_crt_get_raw_issuer_dn(raw, issuer.out()) != 0) {
    return refuse(CertificateFault::unreadable, "no subject or issuer");
  }
  subject_der_ = subject.view();
  issuer_der_ = issuer.view();
  char serial[64];
  std::size_t size = sizeof serial;
  if (gnutls_x509_crt_get_serial(raw, serial, &size) != 0) {
    return refuse(CertificateFault::unreadable, "the serial number of " + subject_);
  }
  const auto number = der::unsigned_integer(std::string_view(serial, size));
  // RFC 5280 section 4.1.2.2.
  if (!number || size > 21) return refuse(CertificateFault::unreadable, "the serial number of " + subject_);
  serial_ = *number;
  const time_t begin = gnutls_x509_crt_get_activation_time(raw);
  const time_t end = gnutls_x509_crt_get_expiration_time(raw);
  if (begin == static_cast<time_t>(-1) || end == static_cast<time_t>(-1)) {
    return refuse(CertificateFault::unreadable, "the validity of " + subject_);
  }
  not_before_ = wall(begin);
  not_after_ = wall(end);
  unsigned usage = 0;
  if (gnutls_x509_crt_get_key_usage(raw, &usage, nullptr) == 0) may_sign_crls_ = (usage & GNUTLS_KEY_CRL_SIGN) != 0;
  unsigned ca = 0;
  int length = -1;
  if (gnutls_x509_crt_get_basic_constraints(raw, nullptr, &ca, &length) >= 0) {
    is_authority_ = ca != 0;
    path_length_ = length;
  }
  return Judged<>();
}

Judged<> Certificate::read_extensions(const CertificateLimits& limits) {
  std::vector<std::string> seen;
  for (unsigned i = 0;; ++i) {
    char oid[128];
    std::size_t size = sizeof oid;
    unsigned critical = 0;
    const int code = gnutls_x509_crt_get_extension_info(handle_.get(), i, oid, &size, &critical);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return Judged<>();
    if (code != 0) return refuse(CertificateFault::unreadable, "the extensions of " + subject_);
    if (i == kMostExtensions) return refuse(CertificateFault::too_large, "too many extensions: " + subject_);
    const std::string name = oid;
    // RFC 5280 section 4.2: what two parties could read in two ways is refused.
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      return refuse(CertificateFault::unreadable, "the extension " + name + " twice: " + subject_);
    }
    seen.push_back(name);
    if (critical != 0 && std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end() && unknown_critical_.empty()) {
      unknown_critical_ = name;
    }
    crypto::OwnedDatum content;
    if (gnutls_x509_crt_get_extension_data2(handle_.get(), i, content.out()) != 0) {
      return refuse(CertificateFault::unreadable, "the extension " + name + " of " + subject_);
    }
    if (auto read = read_extension(name, content.view(), limits); !read) return read;
  }
}

Judged<> Certificate::read_extension(const std::string& oid, std::string_view content, const CertificateLimits& limits) {
  const auto unreadable = [&] {
    return refuse(CertificateFault::unreadable, "the extension " + oid + " of " + subject_);
  };
  const auto too_many = [&] { return refuse(CertificateFault::too_large, "too many names: " + subject_); };
  if (oid == kSubjectAltName) {
    const auto names = der::only(content, der::kSequence);
    if (!names) return unreadable();
    if (count(names->content, limits.max_names) > limits.max_names) return too_many();
    alternative_names_ = names->content;
  } else if (oid == kNameConstraints) {
    const auto both = der::only(content, der::kSequence);
    if (!both) return unreadable();
    der::Reader trees(both->content);
    std::size_t total = 0;
    while (const auto tree = trees.next()) total += count(tree->content, limits.max_names);
    if (total > limits.max_names) return too_many();
  } else if (oid == kPolicies) {
    auto policies = read_policies(content);
    if (!policies) return unreadable();
    policies_ = std::move(*policies);
  } else if (oid == kCrlPoints) {
    if (!read_crl_points(content, pointers_)) return unreadable();
  } else if (oid == kAuthorityInfo) {
    if (!read_responders(content, pointers_)) return unreadable();
  }
  return Judged<>();
}

bool Certificate::is_signed_by(const Certificate& issuer) const {
  if (issuer_der_ != issuer.subject_der_) return false;
  if (gnutls_x509_crt_check_issuer(handle_.get(), issuer.handle()) != 1) return false;
  // The signature alone: all else is judged later, of the whole way at once.
  constexpr unsigned kFlags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1 |
                              GNUTLS_VERIFY_DISABLE_CA_SIGN | GNUTLS_VERIFY_ALLOW_ANY_X509_V1_CA_CRT;
  unsigned status = 0;
  gnutls_x509_crt_t const by = issuer.handle();
  if (gnutls_x509_crt_verify(handle_.get(), &by, 1, kFlags, &status) != 0) return false;
  return (status & (GNUTLS_CERT_SIGNATURE_FAILURE | GNUTLS_CERT_SIGNER_NOT_FOUND)) == 0;
}

std::string Certificate::serial_text() const {
  const std::string digits = hex_encoded(serial_);
  return digits.size() > 1 && digits.front() == '0' ? digits.substr(1) : digits;
}

Judged<identity::CertificateFacts> Certificate::facts() const {
  identity::CertificateFacts facts;
  auto common_names = read_name(subject_der_, GNUTLS_OID_X520_COMMON_NAME);
  if (!common_names || !read_name(issuer_der_, GNUTLS_OID_X520_COMMON_NAME)) {
    return refuse(CertificateFault::bad_name, "a name with control characters, or of no kind of text that is known");
  }
  facts.common_names = std::move(*common_names);
  if (subject_.empty() || issuer_.empty()) return refuse(CertificateFault::bad_name, "no subject or issuer");
  facts.subject = subject_;
  facts.issuer = issuer_;
  facts.serial = serial_text();
  facts.fingerprint = fingerprint_;
  facts.not_after = not_after_;
  facts.policies = policies_;
  if (!read_alternative_names(alternative_names_, facts)) {
    return refuse(CertificateFault::bad_name, "subjectAltName of " + subject_);
  }
  return facts;
}

std::optional<std::vector<std::string>> decode_pem(std::string_view pem, const std::string& label) {
  const std::string begin = "-----BEGIN " + label + "-----";
  const std::string end = "-----END " + label + "-----";
  std::vector<std::string> out;
  for (std::size_t at = pem.find(begin); at != std::string_view::npos; at = pem.find(begin, at)) {
    const std::size_t stop = pem.find(end, at);
    if (stop == std::string_view::npos) return std::nullopt;
    std::string text;
    for (const char c : pem.substr(at + begin.size(), stop - at - begin.size())) {
      if (c != '\n' && c != '\r' && !is_blank(c)) text += c;
    }
    auto bytes = base64_decoded(text);
    if (!bytes) return std::nullopt;
    out.push_back(std::move(*bytes));
    at = stop;
  }
  return out;
}

}  // namespace sallyport::pki
