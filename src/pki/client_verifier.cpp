#include "pki/client_verifier.hpp"

namespace sallyport::pki {

async::Task<tl::expected<identity::CertificateFacts, CertificateRefusal>> ClientVerifier::verify(
    PresentedChain chain, async::Deadline) const {
  if (chain.certificates.empty()) co_return tl::unexpected(CertificateRefusal{CertificateFault::none_shown, ""});
  gnutls_x509_trust_list_t list = nullptr;
  gnutls_x509_trust_list_init(&list, 0);
  const gnutls_datum_t pem = crypto::datum_of(trust_pem_);
  gnutls_x509_trust_list_add_trust_mem(list, &pem, nullptr, GNUTLS_X509_FMT_PEM, 0, 0);
  gnutls_x509_crt_t crts[8];
  unsigned count = 0;
  for (const auto& one : chain.certificates) {
    if (count == 8) break;
    gnutls_x509_crt_init(&crts[count]);
    const gnutls_datum_t der = crypto::datum_of(one);
    gnutls_x509_crt_import(crts[count++], &der, GNUTLS_X509_FMT_DER);
  }
  gnutls_x509_crt_t crt = crts[0];
  unsigned status = 0;
  const int code = gnutls_x509_trust_list_verify_crt(list, crts, count, 0, &status, nullptr);
  identity::CertificateFacts facts;
  char cn[200];
  std::size_t size = sizeof cn;
  if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, cn, &size) == 0) {
    facts.common_names.emplace_back(cn, size);
  }
  gnutls_x509_crt_deinit(crt);
  gnutls_x509_trust_list_deinit(list, 1);
  if (code != 0 || (status & GNUTLS_CERT_EXPIRED) != 0) co_return tl::unexpected(CertificateRefusal{CertificateFault::expired, ""});
  if (status != 0) co_return tl::unexpected(CertificateRefusal{CertificateFault::unknown_issuer, ""});
  co_return facts;
}

}  // namespace sallyport::pki
