#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "identity/certificate_facts.hpp"

// The language of [certificate-users] and [certificate-levels]: which certificates a rule is about, and what is made of
// their facts. Pure.
//
//   rule      = selector ":" target              the target is the caller's
//   selector  = "any" / part *("and" part)
//   part      = "issuer" name / "policy" oid     name: an RFC 4514 name in double quotes
//   template  = text with {fact}, bare or in double quotes; in quotes \" and \\, anywhere {{ and }}
//   fact      = subject / issuer / serial / fingerprint / cn / email / upn / dns
namespace sallyport::login {

// What a certificate says of its owner, by the names that rules use.
enum class CertificateFact : std::uint8_t { subject, issuer, serial, fingerprint, cn, email, upn, dns };

// Error: malformed, with the names that there are.
Result<CertificateFact> certificate_fact(std::string_view name);
std::string_view name_of(CertificateFact fact);

// All that the certificate says under that name.
std::vector<std::string> values_of(const identity::CertificateFacts& facts, CertificateFact fact);

// The one value of a fact. Errors: not_found, if there is none; denied, if there are several, or if it is one that no
// two programs read in the same way (control characters, NUL among them; no UTF-8; blanks at an end) or that is larger
// than a name can be (attack E8).
Result<std::string> only_value_of(const identity::CertificateFacts& facts, CertificateFact fact);

// Which certificates a rule is about.
struct CertificateSelector {
  std::string issuer;  // normalised; empty: any
  std::string policy;  // an OID; empty: any

  bool applies_to(const identity::CertificateFacts& facts) const;
};

// Text with facts in it. Between two facts there is always text, so that the end of the one is no part of the other.
struct CertificateTemplate {
  struct Piece {
    std::string text;      // before the fact, or behind the last one
    bool has_fact = false;
    CertificateFact fact = CertificateFact::subject;
  };
  std::vector<Piece> pieces;

  bool uses(CertificateFact fact) const;
  // Errors: those of only_value_of(); denied before not_found.
  Result<std::string> fill(const identity::CertificateFacts& facts) const;
};

// Reads rules. Every error (malformed) begins with "character 12: ", counted in bytes from 1.
class CertificateRuleReader {
 public:
  explicit CertificateRuleReader(std::string_view text) : text_(text) {}

  // The selector and the ':' behind it.
  Result<CertificateSelector> read_selector();
  // Letters, digits, '-', '.', '_'.
  Result<std::string> read_word(std::string_view what);
  // Up to the next comma or the end.
  Result<CertificateTemplate> read_template();
  // Whether the next character is this one, which is taken then.
  bool take(char c);
  bool is_end();
  tl::unexpected<Error> wrong(std::string why) const { return wrong_at(at_, std::move(why)); }
  tl::unexpected<Error> wrong_at(std::size_t at, std::string why) const;
  std::size_t position() const { return at_; }

 private:
  void skip_blanks();
  Result<std::string> read_string();
  Result<void> read_part(CertificateSelector& selector);
  Result<void> read_braces(CertificateTemplate& into);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace sallyport::login
