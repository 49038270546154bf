#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/totp.hpp"

// A user's secret for one-time passwords, as registries keep it and as apps take it.
namespace sallyport::login {

// The attribute of LDIF entries; in a directory the setting of that name says which. Its name keeps it out of
// credentials: see is_for_credentials().
inline constexpr const char* kTotpAttribute = "secTotpSecret";

// 20 random bytes (RFC 4226 section 4: at least 16).
Secret new_totp_secret();

// base32, as stored and as people type it.
Secret stored_totp_secret(const Secret& secret);

// Error: malformed, for what is no base32 or less than 10 bytes, or more than 128. The text is not in it.
Result<Secret> read_totp_secret(std::string_view stored);

// "otpauth://totp/Example:alice?secret=...&issuer=Example&algorithm=SHA1&digits=6&period=30", for an app or a QR code.
Secret otpauth_uri(const Secret& secret, std::string_view issuer, std::string_view user,
                   const crypto::TotpRules& rules);

}  // namespace sallyport::login
