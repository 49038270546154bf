#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

// Owners for GnuTLS's handles, for the rooms that may include its headers.
namespace sallyport::crypto {

template <auto Deinit>
struct Deleter {
  template <class T>
  void operator()(T* handle) const {
    Deinit(handle);
  }
};

using CertificateHandle = std::unique_ptr<gnutls_x509_crt_int, Deleter<gnutls_x509_crt_deinit>>;
using PrivateKeyHandle = std::unique_ptr<gnutls_x509_privkey_int, Deleter<gnutls_x509_privkey_deinit>>;
using CredentialsHandle =
    std::unique_ptr<gnutls_certificate_credentials_st, Deleter<gnutls_certificate_free_credentials>>;
using SessionHandle = std::unique_ptr<gnutls_session_int, Deleter<gnutls_deinit>>;
using PriorityHandle = std::unique_ptr<gnutls_priority_st, Deleter<gnutls_priority_deinit>>;

// Memory that GnuTLS allocated.
class OwnedDatum {
 public:
  OwnedDatum() = default;
  OwnedDatum(const OwnedDatum&) = delete;
  OwnedDatum& operator=(const OwnedDatum&) = delete;
  ~OwnedDatum() { gnutls_free(datum_.data); }
  gnutls_datum_t* out() { return &datum_; }
  std::string_view view() const { return std::string_view(reinterpret_cast<const char*>(datum_.data), datum_.size); }

 private:
  gnutls_datum_t datum_{};
};

// Not owned; GnuTLS does not write through it.
inline gnutls_datum_t datum_of(std::string_view bytes) {
  return gnutls_datum_t{reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())),
                        static_cast<unsigned>(bytes.size())};
}

// "what: GnuTLS's words for the code"
inline Error gnutls_error(int code, std::string_view what, Errc errc = Errc::tls, Side side = Side::self) {
  return Error(errc, std::string(what) + ": " + gnutls_strerror(code), side);
}

}  // namespace sallyport::crypto
