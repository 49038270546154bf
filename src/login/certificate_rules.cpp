#include "login/certificate_rules.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "login/ldap_filter.hpp"

namespace sallyport::login {
namespace {

constexpr std::size_t kMostKeptValues = 16;
constexpr std::size_t kLongestKeptValue = 1024;  // bytes
constexpr const char* kSubject = "subject";
constexpr const char* kNeedsIssuer =
    "the rule has to say whose certificates it is about, by issuer \"NAME\" before the colon: client-ca-file has more "
    "than one authority, and two of them can give out certificates of the same name";

// RFC 4512 section 1.4, or an OID.
bool is_attribute(std::string_view name) {
  return is_alnum(name.front()) && name.find('_') == std::string_view::npos;
}

bool is_plain(std::string_view value) {
  return !value.empty() && value.size() <= kLongestKeptValue && is_utf8(value) &&
         std::none_of(value.begin(), value.end(), is_control);
}

}  // namespace

// One without an attribute stands for "subject".
Result<CertificateRules::Condition> CertificateRules::read_condition(CertificateRuleReader& reader) {
  reader.is_end();
  const std::size_t begin = reader.position();
  const auto attribute = reader.read_word("subject, or the attribute of a user's entry");
  if (!attribute) return fail(attribute.error());
  if (!reader.take('=')) {
    if (std::string_view(*attribute) == kSubject) return Condition();
    return reader.wrong("expected = after " + *attribute);
  }
  if (!is_attribute(*attribute)) return reader.wrong_at(begin, "\"" + *attribute + "\" is no name of an attribute");
  if (equal_ignoring_case(*attribute, "userPassword")) {
    return reader.wrong_at(begin, "nobody is found by his password");
  }
  auto value = reader.read_template();
  if (!value) return fail(value.error());
  return Condition{*attribute, std::move(*value)};
}

Result<CertificateRules::UserRule> CertificateRules::read_user_rule(const std::string& text, bool needs_issuer) {
  CertificateRuleReader reader(text);
  UserRule rule;
  rule.text = text;
  auto selector = reader.read_selector();
  if (!selector) return fail(selector.error());
  rule.selector = std::move(*selector);
  bool is_bound = !rule.selector.issuer.empty();
  do {
    auto condition = read_condition(reader);
    if (!condition) return fail(condition.error());
    if (condition->attribute.empty()) {
      if (!rule.conditions.empty()) return reader.wrong("expected = after " + std::string(kSubject));
      break;
    }
    const CertificateTemplate& value = condition->value;
    is_bound = is_bound || value.uses(CertificateFact::issuer) || value.uses(CertificateFact::fingerprint);
    rule.conditions.push_back(std::move(*condition));
  } while (reader.take(','));
  if (!reader.is_end()) return reader.wrong("expected a comma or the end of the rule");
  const bool has_facts = rule.conditions.empty() ||
                         std::any_of(rule.conditions.begin(), rule.conditions.end(), [](const Condition& condition) {
                           const auto& pieces = condition.value.pieces;
                           return std::any_of(pieces.begin(), pieces.end(), [](const auto& p) { return p.has_fact; });
                         });
  if (!has_facts) return reader.wrong("the rule looks for nothing that the certificate says, so everybody is the same");
  if (needs_issuer && !is_bound) return reader.wrong_at(0, kNeedsIssuer);
  return rule;
}

Result<CertificateRules::LevelRule> CertificateRules::read_level_rule(const std::string& text, bool needs_issuer) {
  CertificateRuleReader reader(text);
  auto selector = reader.read_selector();
  if (!selector) return fail(selector.error());
  auto level = reader.read_word("the name of a level");
  if (!level) return fail(level.error());
  if (!reader.is_end()) return reader.wrong("expected the end of the rule");
  if (needs_issuer && selector->issuer.empty()) return reader.wrong_at(0, kNeedsIssuer);
  return LevelRule{std::move(*selector), std::move(*level)};
}

Result<CertificateRules::KeptFact> CertificateRules::read_kept_fact(const std::string& text) {
  CertificateRuleReader reader(text);
  auto name = reader.read_word("the name of an attribute of the credential");
  if (!name) return fail(name.error());
  if (!is_for_credentials(*name)) {
    return reader.wrong_at(0, "\"" + *name + "\" is for secrets of the registry, and in no credential");
  }
  if (!reader.take(':')) return reader.wrong("expected a colon, and what is taken from the certificate");
  reader.is_end();
  const std::size_t begin = reader.position();
  const auto word = reader.read_word("what is taken from the certificate");
  if (!word) return fail(word.error());
  const auto fact = certificate_fact(*word);
  if (!fact) return reader.wrong_at(begin, fact.error().detail);
  if (!reader.is_end()) return reader.wrong("expected the end");
  return KeptFact{std::move(*name), *fact};
}

Result<CertificateRules> CertificateRules::make(const CertificateRuleTexts& texts) {
  CertificateRules made;
  made.has_one_authority_ = texts.authorities <= 1;
  const bool needs_issuer = !made.has_one_authority_;
  const auto wrong = [](const char* setting, std::size_t number, const Error& why) {
    return fail(Errc::bad_config, std::string(setting) + " number " + std::to_string(number) + ", " + why.detail);
  };
  for (const std::string& text : texts.users) {
    auto rule = read_user_rule(text, needs_issuer);
    if (!rule) return wrong("[certificate-users] rule", made.users_.size() + 1, rule.error());
    made.users_.push_back(std::move(*rule));
  }
  for (const std::string& text : texts.levels) {
    auto rule = read_level_rule(text, needs_issuer);
    if (!rule) return wrong("[certificate-levels] rule", made.levels_.size() + 1, rule.error());
    made.levels_.push_back(std::move(*rule));
  }
  for (const std::string& text : texts.attributes) {
    auto kept = read_kept_fact(text);
    if (!kept) return wrong("[certificate] cred-attr", made.kept_.size() + 1, kept.error());
    for (const KeptFact& other : made.kept_) {
      if (!equal_ignoring_case(other.name, kept->name)) continue;
      return wrong("[certificate] cred-attr", made.kept_.size() + 1, Error(Errc::malformed, "a second " + kept->name));
    }
    made.kept_.push_back(std::move(*kept));
  }
  return made;
}

Result<EntryMatch> CertificateRules::match_by(const UserRule& rule, const identity::CertificateFacts& facts) {
  EntryMatch match;
  if (rule.conditions.empty()) {
    auto subject = only_value_of(facts, CertificateFact::subject);
    if (!subject) return fail(subject.error());
    match.dn = std::move(*subject);
    return match;
  }
  // All of them, before one that is missing sends the certificate on to the next rule: an ambiguity is never passed by.
  std::optional<Error> missing;
  for (const Condition& condition : rule.conditions) {
    auto value = condition.value.fill(facts);
    if (!value && value.error().code != Errc::not_found) return fail(value.error());
    if (!value) {
      missing = value.error();
    } else {
      match.conditions.push_back({condition.attribute, std::move(*value)});
    }
  }
  if (missing) return fail(*missing);
  return match;
}

Result<CertificateQuestion> CertificateRules::question_for(const identity::CertificateFacts& facts) const {
  if (users_.empty()) {
    if (!has_one_authority_) {
      return fail(Errc::not_found,
                  "there is no [certificate-users] rule, and client-ca-file has more than one authority: two of them "
                  "can give out certificates of the same name");
    }
    auto match = match_by(UserRule{}, facts);
    if (!match) return fail(match.error());
    return CertificateQuestion{std::move(*match), 0, kSubject};
  }
  std::string passed;
  for (std::size_t i = 0; i < users_.size(); ++i) {
    const UserRule& rule = users_[i];
    if (!rule.selector.applies_to(facts)) continue;
    auto match = match_by(rule, facts);
    if (match) return CertificateQuestion{std::move(*match), i + 1, rule.text};
    const std::string why = "rule " + std::to_string(i + 1) + ": " + match.error().detail;
    if (match.error().code != Errc::not_found) return fail(match.error().code, why, Side::client);
    passed += "; " + why;
  }
  return fail(Errc::not_found, "no [certificate-users] rule applies to this certificate" + passed, Side::client);
}

std::optional<std::string> CertificateRules::level_for(const identity::CertificateFacts& facts) const {
  for (const LevelRule& rule : levels_) {
    if (rule.selector.applies_to(facts)) return rule.level;
  }
  return std::nullopt;
}

std::vector<std::string> CertificateRules::level_names() const {
  std::vector<std::string> names;
  for (const LevelRule& rule : levels_) names.push_back(rule.level);
  return names;
}

std::vector<identity::Attribute> CertificateRules::attributes_of(const identity::CertificateFacts& facts) const {
  std::vector<identity::Attribute> out;
  for (const KeptFact& kept : kept_) {
    identity::Attribute attribute{kept.name, {}};
    for (std::string& value : values_of(facts, kept.fact)) {
      if (is_plain(value) && attribute.values.size() < kMostKeptValues) attribute.values.push_back(std::move(value));
    }
    if (!attribute.values.empty()) out.push_back(std::move(attribute));
  }
  return out;
}

}  // namespace sallyport::login
