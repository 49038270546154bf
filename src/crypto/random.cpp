#include "crypto/random.hpp"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <cstdio>
#include <cstdlib>

namespace sallyport::crypto {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (gnutls_rnd(GNUTLS_RND_RANDOM, bytes.data(), bytes.size()) != 0) {
    std::fputs("the system's random source failed\n", stderr);
    std::abort();
  }
  return bytes;
}

}  // namespace sallyport::crypto
