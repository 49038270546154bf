#include "tls/certificate_pair.hpp"

namespace sallyport::tls {

Result<> add_pair(gnutls_certificate_credentials_t credentials, const CertificatePair& pair) {
  const gnutls_datum_t chain = crypto::datum_of(pair.chain_pem);
  const gnutls_datum_t key = crypto::datum_of(pair.key_pem);
  // Read first by itself: gnutls_certificate_set_x509_key_mem2 of 3.7.9 forgets to free a chain that it cannot read.
  gnutls_x509_crt_t* certificates = nullptr;
  unsigned count = 0;
  int code = gnutls_x509_crt_list_import2(&certificates, &count, &chain, GNUTLS_X509_FMT_PEM, 0);
  if (code >= 0) {
    for (unsigned i = 0; i < count; ++i) gnutls_x509_crt_deinit(certificates[i]);
    gnutls_free(certificates);
    code = gnutls_certificate_set_x509_key_mem2(credentials, &chain, &key, GNUTLS_X509_FMT_PEM, nullptr, 0);
  }
  if (code < 0) return fail(crypto::gnutls_error(code, pair.origin, Errc::bad_config));
  return Result<>();
}

}  // namespace sallyport::tls
