#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "pki/certificate.hpp"
#include "pki/certificate_authority.hpp"
#include "pki/crl.hpp"

namespace sallyport::pki {

// Whatever GnuTLS is asked to do here has to succeed.
inline void must(int code) { BOOST_REQUIRE_MESSAGE(code >= 0, gnutls_strerror(code)); }

inline std::string der_of(const std::string& pem) { return decode_pem(pem, kCertificateLabel)->front(); }

// An authority that issues what pki::issue() does not: certificates that name where word of them is to be had; and CRLs.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test CA")
      : minted_(make_authority(name, std::chrono::hours(24 * 365), wall_now()).value()) {
    gnutls_x509_crt_t certificate = nullptr;
    gnutls_x509_privkey_t key = nullptr;
    must(gnutls_x509_crt_init(&certificate));
    certificate_.reset(certificate);
    must(gnutls_x509_privkey_init(&key));
    key_.reset(key);
    const gnutls_datum_t pem = crypto::datum_of(minted_.certificate_pem);
    const gnutls_datum_t key_pem = crypto::datum_of(minted_.key_pem.reveal());
    must(gnutls_x509_crt_import(certificate, &pem, GNUTLS_X509_FMT_PEM));
    must(gnutls_x509_privkey_import(key, &key_pem, GNUTLS_X509_FMT_PEM));
  }

  const std::string& pem() const { return minted_.certificate_pem; }
  CertificatePtr certificate() const { return Certificate::read(der_of(pem()), CertificateLimits()).value(); }

  // DER of a client's certificate.
  std::string issue(const std::string& name, const std::string& crl_url = "") const {
    LeafSpec spec;
    spec.common_name = name;
    spec.purpose = Purpose::client;
    const Minted leaf = pki::issue(minted_, spec, wall_now()).value();
    if (crl_url.empty()) return der_of(leaf.certificate_pem);
    gnutls_x509_crt_t raw = nullptr;
    must(gnutls_x509_crt_init(&raw));
    const crypto::CertificateHandle certificate(raw);
    const gnutls_datum_t text = crypto::datum_of(leaf.certificate_pem);
    must(gnutls_x509_crt_import(raw, &text, GNUTLS_X509_FMT_PEM));
    must(gnutls_x509_crt_set_crl_dist_points2(raw, GNUTLS_SAN_URI, crl_url.data(), static_cast<unsigned>(crl_url.size()), 0));
    must(gnutls_x509_crt_sign2(raw, certificate_.get(), key_.get(), GNUTLS_DIG_SHA256, 0));
    crypto::OwnedDatum der;
    must(gnutls_x509_crt_export2(raw, GNUTLS_X509_FMT_DER, der.out()));
    return std::string(der.view());
  }

  // DER of a CRL with these certificates (DER). `number`: the bytes of its number; none if empty.
  std::string crl(const std::vector<std::string>& revoked = {}, std::chrono::seconds age = std::chrono::hours(1),
                  std::chrono::seconds life = std::chrono::hours(24), const std::string& number = "") const {
    gnutls_x509_crl_t raw = nullptr;
    must(gnutls_x509_crl_init(&raw));
    const std::time_t begin = std::time(nullptr) - age.count();
    must(gnutls_x509_crl_set_version(raw, 2));
    must(gnutls_x509_crl_set_this_update(raw, begin));
    must(gnutls_x509_crl_set_next_update(raw, begin + life.count()));
    if (!number.empty()) must(gnutls_x509_crl_set_number(raw, number.data(), number.size()));
    for (const std::string& der : revoked) {
      const CertificatePtr one = Certificate::read(der, CertificateLimits()).value();
      must(gnutls_x509_crl_set_crt(raw, one->handle(), begin));
    }
    must(gnutls_x509_crl_sign2(raw, certificate_.get(), key_.get(), GNUTLS_DIG_SHA256, 0));
    crypto::OwnedDatum der;
    must(gnutls_x509_crl_export2(raw, GNUTLS_X509_FMT_DER, der.out()));
    gnutls_x509_crl_deinit(raw);
    return std::string(der.view());
  }

 private:
  Minted minted_;
  crypto::CertificateHandle certificate_;
  crypto::PrivateKeyHandle key_;
};

}  // namespace sallyport::pki
