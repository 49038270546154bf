#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"

// One-time passwords: by a counter (HOTP, RFC 4226) and by the time (TOTP, RFC 6238). Computes, and keeps nothing.
namespace sallyport::crypto {

enum class TotpHash : std::uint8_t { sha1, sha256 };

// HMAC (RFC 2104): 20 or 32 bytes.
std::string hmac(TotpHash hash, const Secret& key, std::string_view message);

// RFC 4226 section 5.3: `digits` decimal digits, 6 to 8, with leading zeros.
std::string hotp(TotpHash hash, const Secret& key, std::uint64_t counter, unsigned digits);

struct TotpRules {
  TotpHash hash = TotpHash::sha1;
  unsigned digits = 6;
  unsigned period = 30;  // seconds of a step
  unsigned window = 1;   // steps before and after the present one whose codes are taken: clocks differ (section 6)
};

// The step that a time is in (RFC 6238 section 4.2): from 0, at 1970.
std::uint64_t totp_step(WallTime now, const TotpRules& rules);

// The step whose code this is, among those of the window; nothing if it is none's. Takes the same time for every code of
// the right length. `code` has decimal digits only. To use a code once (RFC 6238 section 5.2) is the caller's.
std::optional<std::uint64_t> match_totp(const Secret& key, std::string_view code, WallTime now, const TotpRules& rules);

}  // namespace sallyport::crypto
