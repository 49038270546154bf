#include "crypto/totp.hpp"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <algorithm>
#include <cstdlib>

namespace sallyport::crypto {

std::string hmac(TotpHash hash, const Secret& key, std::string_view message) {
  const bool is_sha1 = hash == TotpHash::sha1;
  std::string code(is_sha1 ? 20 : 32, '\0');
  const auto algorithm = is_sha1 ? GNUTLS_MAC_SHA1 : GNUTLS_MAC_SHA256;
  const std::string_view bytes = key.reveal();
  if (gnutls_hmac_fast(algorithm, bytes.data(), bytes.size(), message.data(), message.size(), code.data()) != 0) {
    std::abort();
  }
  return code;
}

std::string hotp(TotpHash hash, const Secret& key, std::uint64_t counter, unsigned digits) {
  char message[8];
  for (int i = 7; i >= 0; --i, counter >>= 8) message[i] = static_cast<char>(counter & 255);
  std::string code = hmac(hash, key, std::string_view(message, sizeof message));
  const std::size_t offset = static_cast<unsigned char>(code.back()) & 15;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(code[offset + i]);
  number &= 0x7fffffff;
  std::string out(digits, '0');
  for (std::size_t i = digits; i-- > 0; number /= 10) out[i] = static_cast<char>('0' + number % 10);
  wipe(code);
  return out;
}

std::uint64_t totp_step(WallTime now, const TotpRules& rules) {
  const std::time_t seconds = unix_seconds(now);
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds) / rules.period;
}

std::optional<std::uint64_t> match_totp(const Secret& key, std::string_view code, WallTime now,
                                        const TotpRules& rules) {
  if (key.empty() || code.size() != rules.digits) return std::nullopt;
  const std::uint64_t present = totp_step(now, rules);
  const std::uint64_t first = present - std::min<std::uint64_t>(present, rules.window);
  std::optional<std::uint64_t> found;
  for (std::uint64_t step = first; step <= present + rules.window; ++step) {
    if (equal_in_constant_time(hotp(rules.hash, key, step, rules.digits), code)) found = step;
  }
  return found;
}

}  // namespace sallyport::crypto
