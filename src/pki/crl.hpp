#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pki/certificate.hpp"

namespace sallyport::pki {

// A list of revoked certificates (RFC 5280 section 5), complete for its scope: delta CRLs, indirect ones, and those for
// some reasons only are refused when read. Keeps the bytes and an index of them, 16 bytes for each entry more.
// Immutable, thread-safe.
class Crl {
 public:
  // Errors: malformed; unsupported (each says what). Nothing is verified.
  static Result<std::shared_ptr<const Crl>> read(std::string der);

  const std::string& issuer_der() const { return issuer_; }
  WallTime this_update() const { return this_update_; }
  WallTime next_update() const { return next_update_; }
  std::size_t size() const { return serials_.size(); }

  // Was it signed with the key of this authority, which may sign CRLs? Error: denied, with the reason.
  Result<> check_signer(const Certificate& issuer) const;
  // Is the certificate in the scope of this list? Error: unsupported, with the reason.
  Result<> check_scope(const Certificate& certificate) const;
  // Is it current? `skew`: how far clocks may differ. Error: unavailable, with the reason.
  Result<> check_time(WallTime now, Duration skew) const;
  bool lists(const Certificate& certificate) const;

 private:
  explicit Crl(std::string der) : der_(std::move(der)) {}
  Result<> parse();
  Result<> parse_entries(std::string_view content);
  Result<> parse_extensions(std::string_view content);
  Result<> parse_scope(std::string_view extension);

  const std::string der_;
  std::string_view signed_part_;
  std::string_view signature_;
  gnutls_sign_algorithm_t algorithm_ = GNUTLS_SIGN_UNKNOWN;
  std::string issuer_;
  WallTime this_update_{}, next_update_{};
  std::vector<std::string_view> serials_;  // sorted
  bool only_users_ = false;
  bool only_authorities_ = false;
  // It is one part of several, for the certificates that name one of these URLs.
  bool is_part_ = false;
  std::vector<std::string> part_urls_;
};

using CrlPtr = std::shared_ptr<const Crl>;

// Of a file: DER, or PEM with one list or several. Errors: those of Crl::read; malformed (none in it).
Result<std::vector<CrlPtr>> read_crls(std::string bytes);

}  // namespace sallyport::pki
