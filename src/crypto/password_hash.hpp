#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sallyport::crypto {

// Whether `password` is the one that a userPassword value (RFC 2307 section 5.3) was made from: {SSHA}, {SSHA256},
// {SSHA512}, and {CRYPT} with yescrypt ($y$), scrypt ($7$), bcrypt ($2a$, $2b$, $2y$), SHA-512 ($6$) or SHA-256 ($5$).
// Takes processor time on purpose (yescrypt: tens of milliseconds): never call it on an event loop. The comparison
// is in constant time. Errors: unsupported for another scheme, among them clear text and hashes without salt;
// malformed for a value that is no such hash.
Result<bool> verify_password(std::string_view stored, const Secret& password);

// Whether verify_password() can say yes or no to it: the errors above, without any work.
Result<void> check_stored_password(std::string_view stored);

// "{CRYPT}$y$...", with a new random salt. Error: internal.
Result<std::string> hash_password(const Secret& password);

}  // namespace sallyport::crypto
