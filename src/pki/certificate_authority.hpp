// pki: making certificates. Pure descriptions in, signed PEM out; ECDSA P-256 throughout (RSA keys cost a hundred
// times as much to make, and are for old clients only).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace sallyport::pki {

enum class Purpose : std::uint8_t { server, client };

// What a leaf certificate is to say.
struct LeafSpec {
  std::string common_name;         // 1 to 64 bytes of UTF-8 without control characters (RFC 5280 appendix A.1)
  std::vector<std::string> names;  // subjectAltName: DNS names, addresses, or mail addresses (with '@')
  Purpose purpose = Purpose::server;
  std::chrono::seconds lifetime{std::chrono::hours(24 * 90)};
};

struct Minted {
  std::string certificate_pem;
  Secret key_pem;  // PKCS #8, not encrypted
};

// A self-signed certificate authority: path length 0, may sign certificates and CRLs. Errors: malformed (name),
// internal.
Result<Minted> make_authority(const std::string& common_name, std::chrono::seconds lifetime, WallTime now);

// A leaf with a new P-256 key, signed by the authority: never a CA, one extended key usage, a random 16-byte serial
// number, valid from a day before `now`. Errors: malformed (names), bad_config (authority that cannot be read),
// internal.
Result<Minted> issue(const Minted& authority, const LeafSpec& spec, WallTime now);

}  // namespace sallyport::pki
