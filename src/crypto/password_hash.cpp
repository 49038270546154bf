#include "crypto/password_hash.hpp"

#include <crypt.h>
#include <gnutls/crypto.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace sallyport::crypto {
namespace {

struct SaltedScheme {
  std::string_view prefix;
  gnutls_digest_algorithm_t digest;
  std::size_t size;
};

constexpr std::array kSalted = {
    SaltedScheme{"{SSHA}", GNUTLS_DIG_SHA1, 20},
    SaltedScheme{"{SSHA256}", GNUTLS_DIG_SHA256, 32},
    SaltedScheme{"{SSHA512}", GNUTLS_DIG_SHA512, 64},
};

constexpr std::string_view kCrypt = "{CRYPT}";
// DES and MD5 are left out: DES ignores everything after eight characters.
constexpr std::array<std::string_view, 7> kCryptMethods = {"$y$", "$7$", "$2a$", "$2b$", "$2y$", "$6$", "$5$"};
constexpr std::size_t kMaxSalt = 64;

// crypt_r()'s working space is 32 KiB and holds what it was given.
struct CryptSpace {
  crypt_data data{};
  ~CryptSpace() { explicit_bzero(&data, sizeof data); }
};

struct Salted {
  const SaltedScheme* scheme;
  std::string digest;
  std::string salt;
};

// A {SSHA...} value taken apart; nothing for another scheme.
Result<std::optional<Salted>> salted_parts(std::string_view stored) {
  for (const SaltedScheme& scheme : kSalted) {
    if (!starts_with_ignoring_case(stored, scheme.prefix)) continue;
    const auto bytes = base64_decoded(stored.substr(scheme.prefix.size()));
    if (!bytes || bytes->size() <= scheme.size || bytes->size() > scheme.size + kMaxSalt) {
      return fail(Errc::malformed, "no " + std::string(scheme.prefix) + " password hash");
    }
    return std::optional(Salted{&scheme, bytes->substr(0, scheme.size), bytes->substr(scheme.size)});
  }
  return std::optional<Salted>();
}

Result<bool> verify_salted(const Salted& stored, const Secret& password) {
  std::string input(password.reveal());
  input += stored.salt;
  std::string digest(stored.scheme->size, '\0');
  const int rc = gnutls_hash_fast(stored.scheme->digest, input.data(), input.size(), digest.data());
  wipe(input);
  if (rc < 0) return fail(Errc::internal, std::string("gnutls_hash_fast: ") + gnutls_strerror(rc));
  return equal_in_constant_time(digest, stored.digest);
}

Result<void> check_crypt(const std::string& setting) {
  for (const std::string_view method : kCryptMethods) {
    if (!setting.starts_with(method)) continue;
    const int verdict = crypt_checksalt(setting.c_str());
    if (verdict == CRYPT_SALT_INVALID || verdict == CRYPT_SALT_METHOD_DISABLED ||
        setting.find('\0') != std::string::npos) {
      break;
    }
    return {};
  }
  if (setting.starts_with("$") || setting.size() == 13) {
    return fail(Errc::unsupported, "a {CRYPT} method that is not accepted; yescrypt ($y$) is the best");
  }
  return fail(Errc::malformed, "no {CRYPT} password hash");
}

Result<bool> verify_crypt(const std::string& stored, const Secret& password) {
  // crypt_r() reads up to the first NUL: whatever follows it would not count.
  if (password.reveal().find('\0') != std::string_view::npos) return false;
  auto space = std::make_unique<CryptSpace>();
  std::string phrase(password.reveal());
  const char* made = crypt_r(phrase.c_str(), stored.c_str(), &space->data);
  wipe(phrase);
  if (made == nullptr || made[0] == '*') return fail(Errc::malformed, "no {CRYPT} password hash");
  return equal_in_constant_time(made, stored);
}

}  // namespace

Result<void> check_stored_password(std::string_view stored) {
  if (starts_with_ignoring_case(stored, kCrypt)) return check_crypt(std::string(stored.substr(kCrypt.size())));
  const auto salted = salted_parts(stored);
  if (!salted) return fail(salted.error());
  if (salted->has_value()) return {};
  return fail(Errc::unsupported, "the password is not hashed as {CRYPT}, {SSHA}, {SSHA256} or {SSHA512}");
}

Result<bool> verify_password(std::string_view stored, const Secret& password) {
  if (auto checked = check_stored_password(stored); !checked) return fail(checked.error());
  if (starts_with_ignoring_case(stored, kCrypt)) {
    return verify_crypt(std::string(stored.substr(kCrypt.size())), password);
  }
  const auto salted = salted_parts(stored);
  if (!salted) return fail(salted.error());
  return verify_salted(**salted, password);
}

Result<std::string> hash_password(const Secret& password) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  if (crypt_gensalt_rn("$y$", 0, nullptr, 0, setting, sizeof setting) == nullptr) {
    return fail(Errc::internal, "crypt_gensalt_rn failed");
  }
  auto space = std::make_unique<CryptSpace>();
  std::string phrase(password.reveal());
  const char* made = crypt_r(phrase.c_str(), setting, &space->data);
  wipe(phrase);
  if (made == nullptr || made[0] == '*') return fail(Errc::internal, "crypt_r failed");
  return std::string(kCrypt) + made;
}

}  // namespace sallyport::crypto
