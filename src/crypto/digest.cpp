#include "crypto/digest.hpp"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <cstdlib>

namespace sallyport::crypto {

std::string sha1(std::string_view bytes) {
  std::string digest(20, '\0');
  if (gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes.data(), bytes.size(), digest.data()) != 0) std::abort();
  return digest;
}

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.data(), bytes.size(), digest.data()) != 0) std::abort();
  return digest;
}

}  // namespace sallyport::crypto
