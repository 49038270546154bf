#include "pki/certificate_authority.hpp"

#include <algorithm>
#include <ctime>

#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "crypto/gnutls_owner.hpp"
#include "crypto/random.hpp"

namespace sallyport::pki {
namespace {

using crypto::CertificateHandle;
using crypto::PrivateKeyHandle;

constexpr std::size_t kMostNames = 100;
// Clocks differ: a certificate that is valid only from this second fails on a machine that is a minute behind.
constexpr auto kBackdate = std::chrono::hours(24);

Result<> check(int code, std::string_view what) {
  if (code < 0) return fail(crypto::gnutls_error(code, what, Errc::internal));
  return Result<>();
}

Result<PrivateKeyHandle> make_key() {
  gnutls_x509_privkey_t raw = nullptr;
  if (const auto ok = check(gnutls_x509_privkey_init(&raw), "private key"); !ok) return fail(ok.error());
  PrivateKeyHandle key(raw);
  const int code = gnutls_x509_privkey_generate(raw, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (const auto ok = check(code, "generating a key"); !ok) return fail(ok.error());
  return key;
}

Result<CertificateHandle> begin_certificate(const std::string& common_name, std::chrono::seconds lifetime,
                                            WallTime now, gnutls_x509_privkey_t key) {
  const bool clean = std::none_of(common_name.begin(), common_name.end(), is_control);
  if (common_name.empty() || common_name.size() > 64 || !clean || !is_utf8(common_name)) {
    return fail(Errc::malformed, "a common name has 1 to 64 bytes of UTF-8 without control characters");
  }
  gnutls_x509_crt_t raw = nullptr;
  if (const auto ok = check(gnutls_x509_crt_init(&raw), "certificate"); !ok) return fail(ok.error());
  CertificateHandle certificate(raw);
  std::string serial = crypto::random_bytes(16);
  serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);  // positive, and always 16 bytes long
  const std::time_t start = unix_seconds(now - kBackdate);
  const std::time_t end = unix_seconds(now + lifetime);
  unsigned char key_id[20];
  std::size_t key_id_size = sizeof key_id;
  for (const int code : {
           gnutls_x509_crt_set_version(raw, 3),
           gnutls_x509_crt_set_serial(raw, serial.data(), serial.size()),
           gnutls_x509_crt_set_activation_time(raw, start),
           gnutls_x509_crt_set_expiration_time(raw, end),
           gnutls_x509_crt_set_dn_by_oid(raw, GNUTLS_OID_X520_COMMON_NAME, 0, common_name.data(),
                                         static_cast<unsigned>(common_name.size())),
           gnutls_x509_crt_set_key(raw, key),
           gnutls_x509_crt_get_key_id(raw, 0, key_id, &key_id_size),
           gnutls_x509_crt_set_subject_key_id(raw, key_id, key_id_size),
       }) {
    if (const auto ok = check(code, "describing a certificate"); !ok) return fail(ok.error());
  }
  return certificate;
}

Result<Minted> finish(const CertificateHandle& certificate, const PrivateKeyHandle& key, gnutls_x509_crt_t issuer,
                      gnutls_x509_privkey_t issuer_key) {
  const int code = gnutls_x509_crt_sign2(certificate.get(), issuer, issuer_key, GNUTLS_DIG_SHA256, 0);
  if (const auto ok = check(code, "signing a certificate"); !ok) return fail(ok.error());
  crypto::OwnedDatum pem;
  if (const auto ok = check(gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_PEM, pem.out()), "certificate");
      !ok) {
    return fail(ok.error());
  }
  crypto::OwnedDatum key_pem;
  const int exported = gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN,
                                                         key_pem.out());
  if (const auto ok = check(exported, "private key"); !ok) return fail(ok.error());
  Minted minted{std::string(pem.view()), Secret(key_pem.view())};
  gnutls_memset(key_pem.out()->data, 0, key_pem.out()->size);
  return minted;
}

int add_name(gnutls_x509_crt_t certificate, const std::string& name) {
  if (const auto address = IpAddress::parse(name)) {
    const auto& bytes = address->bytes();
    const unsigned skip = address->is_v4() ? 12 : 0;
    return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, bytes.data() + skip, 16 - skip,
                                                GNUTLS_FSAN_APPEND);
  }
  const auto type = name.find('@') == std::string::npos ? GNUTLS_SAN_DNSNAME : GNUTLS_SAN_RFC822NAME;
  return gnutls_x509_crt_set_subject_alt_name(certificate, type, name.data(), static_cast<unsigned>(name.size()),
                                              GNUTLS_FSAN_APPEND);
}

bool is_plausible_name(std::string_view name) {
  const auto allowed = [](char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '*' || c == '@' || c == ':' || c == '+';
  };
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), allowed);
}

struct Authority {
  CertificateHandle certificate;
  PrivateKeyHandle key;
};

Result<Authority> read_authority(const Minted& authority) {
  gnutls_x509_crt_t certificate = nullptr;
  gnutls_x509_privkey_t key = nullptr;
  if (const auto ok = check(gnutls_x509_crt_init(&certificate), "certificate"); !ok) return fail(ok.error());
  Authority out;
  out.certificate.reset(certificate);
  if (const auto ok = check(gnutls_x509_privkey_init(&key), "private key"); !ok) return fail(ok.error());
  out.key.reset(key);
  const gnutls_datum_t certificate_pem = crypto::datum_of(authority.certificate_pem);
  const gnutls_datum_t key_pem = crypto::datum_of(authority.key_pem.reveal());
  if (const int code = gnutls_x509_crt_import(certificate, &certificate_pem, GNUTLS_X509_FMT_PEM); code != 0) {
    return fail(crypto::gnutls_error(code, "the authority's certificate", Errc::bad_config));
  }
  if (const int code = gnutls_x509_privkey_import(key, &key_pem, GNUTLS_X509_FMT_PEM); code != 0) {
    return fail(crypto::gnutls_error(code, "the authority's key", Errc::bad_config));
  }
  return out;
}

}  // namespace

Result<Minted> make_authority(const std::string& common_name, std::chrono::seconds lifetime, WallTime now) {
  auto key = make_key();
  if (!key) return fail(key.error());
  auto certificate = begin_certificate(common_name, lifetime, now, key->get());
  if (!certificate) return fail(certificate.error());
  gnutls_x509_crt_t const raw = certificate->get();
  for (const int code : {gnutls_x509_crt_set_basic_constraints(raw, 1, 0),
                         gnutls_x509_crt_set_key_usage(raw, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)}) {
    if (const auto ok = check(code, "describing a certificate"); !ok) return fail(ok.error());
  }
  return finish(*certificate, *key, raw, key->get());
}

Result<Minted> issue(const Minted& authority, const LeafSpec& spec, WallTime now) {
  if (spec.names.size() > kMostNames) return fail(Errc::too_large, "more than 100 names for one certificate");
  for (const auto& name : spec.names) {
    if (!is_plausible_name(name)) return fail(Errc::malformed, "not a host name, address or mail address: " + name);
  }
  auto issuer = read_authority(authority);
  if (!issuer) return fail(issuer.error());
  auto key = make_key();
  if (!key) return fail(key.error());
  auto certificate = begin_certificate(spec.common_name, spec.lifetime, now, key->get());
  if (!certificate) return fail(certificate.error());
  gnutls_x509_crt_t const raw = certificate->get();
  unsigned char key_id[64];
  std::size_t key_id_size = sizeof key_id;
  const char* const purpose = spec.purpose == Purpose::server ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT;
  for (const int code : {gnutls_x509_crt_set_basic_constraints(raw, 0, -1),
                         gnutls_x509_crt_set_key_usage(raw, GNUTLS_KEY_DIGITAL_SIGNATURE),
                         gnutls_x509_crt_set_key_purpose_oid(raw, purpose, 0),
                         gnutls_x509_crt_get_subject_key_id(issuer->certificate.get(), key_id, &key_id_size, nullptr),
                         gnutls_x509_crt_set_authority_key_id(raw, key_id, key_id_size)}) {
    if (const auto ok = check(code, "describing a certificate"); !ok) return fail(ok.error());
  }
  for (const auto& name : spec.names) {
    if (const auto ok = check(add_name(raw, name), "subject alternative name"); !ok) return fail(ok.error());
  }
  return finish(*certificate, *key, issuer->certificate.get(), issuer->key.get());
}

}  // namespace sallyport::pki
