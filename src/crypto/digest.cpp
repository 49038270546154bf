#include "crypto/digest.hpp"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <cstdlib>

namespace sallyport::crypto {

namespace {

std::string digest_of(gnutls_digest_algorithm_t algorithm, std::size_t size, std::string_view bytes) {
  std::string digest(size, '\0');
  if (gnutls_hash_fast(algorithm, bytes.data(), bytes.size(), digest.data()) != 0) std::abort();
  return digest;
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest_of(GNUTLS_DIG_SHA256, 32, bytes); }

std::string sha1(std::string_view bytes) { return digest_of(GNUTLS_DIG_SHA1, 20, bytes); }

}  // namespace sallyport::crypto
