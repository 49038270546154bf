// CRLs: each is read or refused for a reason that can be logged; GnuTLS finds the same entries and times in what was read;
// nothing unsigned is believed.
#include <gnutls/x509.h>

#include <algorithm>

#include "base/text.hpp"
#include "check.hpp"
#include "crypto/gnutls_owner.hpp"
#include "pki/crl.hpp"

using namespace sallyport;
using namespace sallyport::pki;

namespace {

void check_error(const Error& error) {
  fuzz::check(!error.detail.empty() && is_utf8(error.detail), "an error says why");
  fuzz::check(std::none_of(error.detail.begin(), error.detail.end(), is_control), "G7: an error is one line");
  fuzz::check(error.code == Errc::malformed || error.code == Errc::unsupported, "of a kind that is told");
}

// Not everything that is read here is taken by GnuTLS, which wants more of it to be right.
void compare(const Crl& crl, std::string_view der) {
  gnutls_x509_crl_t raw = nullptr;
  if (gnutls_x509_crl_init(&raw) != 0) return;
  const std::unique_ptr<gnutls_x509_crl_int, crypto::Deleter<gnutls_x509_crl_deinit>> other(raw);
  const gnutls_datum_t bytes = crypto::datum_of(der);
  if (gnutls_x509_crl_import(raw, &bytes, GNUTLS_X509_FMT_DER) != 0) return;
  const int count = gnutls_x509_crl_get_crt_count(raw);
  fuzz::check(count < 0 || static_cast<std::size_t>(count) == crl.size(), "as many entries as GnuTLS finds");
  crypto::OwnedDatum issuer;
  if (gnutls_x509_crl_get_raw_issuer_dn(raw, issuer.out()) == 0) {
    fuzz::check(issuer.view() == crl.issuer_der(), "the issuer that GnuTLS finds");
  }
}

}  // namespace

FUZZ_TARGET(crl) {
  const std::string_view input = fuzz::text_of(data, size);
  const auto crl = Crl::read(std::string(input));
  const auto file = read_crls(std::string(input));
  if (!file) check_error(file.error());
  if (!crl) {
    check_error(crl.error());
    return 0;
  }
  fuzz::check(file && file->size() == 1, "DER alone is a file");
  compare(**crl, input);
  const WallTime begin = (*crl)->this_update();
  fuzz::check(!(*crl)->check_time(begin - std::chrono::hours(1), std::chrono::minutes(5)), "nothing is of the future");
  fuzz::check(!(*crl)->check_time((*crl)->next_update() + std::chrono::hours(1), std::chrono::minutes(5)),
              "nothing is good for ever");
  return 0;
}
