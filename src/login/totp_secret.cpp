#include "login/totp_secret.hpp"

#include "base/base32.hpp"
#include "base/encoding.hpp"
#include "crypto/random.hpp"

namespace sallyport::login {
namespace {

constexpr std::size_t kNew = 20;
constexpr std::size_t kLeast = 10;  // what many services give out
constexpr std::size_t kMost = 128;

}  // namespace

Secret new_totp_secret() {
  return Secret::take(crypto::random_bytes(kNew));
}

Secret stored_totp_secret(const Secret& secret) {
  return Secret::take(base32_encoded(secret.reveal()));
}

Result<Secret> read_totp_secret(std::string_view stored) {
  auto bytes = base32_decoded(stored);
  if (!bytes) return fail(Errc::malformed, "the secret for one-time passwords is no base32");
  Secret secret = Secret::take(std::move(*bytes));
  if (secret.size() < kLeast || secret.size() > kMost) {
    return fail(Errc::malformed, "the secret for one-time passwords has " + std::to_string(secret.size()) +
                                     " bytes, not " + std::to_string(kLeast) + " to " + std::to_string(kMost));
  }
  return secret;
}

Secret otpauth_uri(const Secret& secret, std::string_view issuer, std::string_view user,
                   const crypto::TotpRules& rules) {
  // The label is "issuer:user"; a colon in the issuer would end it.
  std::string name(issuer);
  for (char& c : name) {
    if (c == ':') c = ' ';
  }
  const Secret text = stored_totp_secret(secret);
  std::string uri = "otpauth://totp/" + percent_encoded(name) + ":" + percent_encoded(user) + "?secret=";
  uri += text.reveal();
  uri += "&issuer=" + percent_encoded(name) + "&algorithm=";
  uri += rules.hash == crypto::TotpHash::sha1 ? "SHA1" : "SHA256";
  uri += "&digits=" + std::to_string(rules.digits) + "&period=" + std::to_string(rules.period);
  return Secret::take(std::move(uri));
}

}  // namespace sallyport::login
