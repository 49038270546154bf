#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "identity/certificate_facts.hpp"
#include "identity/credential.hpp"
#include "login/certificate_selector.hpp"
#include "login/entry_match.hpp"

// Whose certificate is it, how strong is it, and what of it is kept. Facts of a verified certificate in, values out;
// asks nobody.
namespace sallyport::login {

class CertificateRuleReader;

// What an administrator says about it.
struct CertificateRuleTexts {
  std::vector<std::string> users;       // [certificate-users] rule
  std::vector<std::string> levels;      // [certificate-levels] rule
  std::vector<std::string> attributes;  // [certificate] cred-attr
  std::size_t authorities = 0;          // how many may have issued a certificate
};

// By what a certificate's user is to be found, and the rule that said so.
struct CertificateQuestion {
  EntryMatch match;
  std::size_t rule = 0;   // its number, from 1; 0 for the one that holds when there are none
  std::string rule_text;  // "subject" then
};

// The rules of one configuration. Immutable.
//
//   user      = selector ":" ("subject" / attribute "=" template *("," attribute "=" template))
//   level     = selector ":" name of a level
//   cred-attr = name ":" fact
//
// Two authorities can give out certificates with one name (attack E8). So where there is more than one of them, a rule
// says whose certificates it is about: by `issuer`, or by the issuer or the fingerprint in a value that is looked for.
class CertificateRules {
 public:
  // Errors: bad_config, beginning with the setting, the number of the rule and the place in it.
  static Result<CertificateRules> make(const CertificateRuleTexts& texts);

  // Rules are tried in order. One applies if the certificate is of its issuer and policy and has all facts that it
  // looks for; the first that does decides. Without any rule the name of the certificate is the name of the entry.
  // Errors: not_found, if no rule applies; denied, if a fact of the rule that applies has several values or is no plain
  // text: which of them is meant nobody can know.
  Result<CertificateQuestion> question_for(const identity::CertificateFacts& facts) const;

  // The name of the level that a login by this certificate reaches, of the first rule that applies. Nothing if none does.
  std::optional<std::string> level_for(const identity::CertificateFacts& facts) const;
  // The levels that rules name, in their order.
  std::vector<std::string> level_names() const;

  // What of the certificate becomes a part of the credential. Values that are no plain text are left out.
  std::vector<identity::Attribute> attributes_of(const identity::CertificateFacts& facts) const;

 private:
  struct Condition {
    std::string attribute;
    CertificateTemplate value;
  };
  struct UserRule {
    CertificateSelector selector;
    std::vector<Condition> conditions;  // none: the name of the certificate is the name of the entry
    std::string text;
  };
  struct LevelRule {
    CertificateSelector selector;
    std::string level;
  };
  struct KeptFact {
    std::string name;
    CertificateFact fact = CertificateFact::subject;
  };

  static Result<Condition> read_condition(CertificateRuleReader& reader);
  static Result<UserRule> read_user_rule(const std::string& text, bool needs_issuer);
  static Result<LevelRule> read_level_rule(const std::string& text, bool needs_issuer);
  static Result<KeptFact> read_kept_fact(const std::string& text);
  static Result<EntryMatch> match_by(const UserRule& rule, const identity::CertificateFacts& facts);

  std::vector<UserRule> users_;
  std::vector<LevelRule> levels_;
  std::vector<KeptFact> kept_;
  bool has_one_authority_ = false;
};

}  // namespace sallyport::login
