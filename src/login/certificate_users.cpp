#include "login/certificate_users.hpp"

#include "login/same_user.hpp"

namespace sallyport::login {

async::Task<Result<CertificateUser>> find_certificate_user(const CertificateRules& rules,
                                                           std::shared_ptr<PasswordRegistry> registry,
                                                           identity::CertificateFacts facts, int level,
                                                           async::Deadline deadline) {
  Result<CertificateQuestion> question = rules.question_for(facts);
  if (!question) co_return fail(question.error());
  EntryMatch match = std::move(question->match);
  const Result<CredentialPtr> user = co_await registry->find_entry(std::move(match), deadline);
  if (!user) {
    Error error = user.error();
    error.detail += " (" + question->rule_text + ")";
    co_return fail(std::move(error));
  }
  Result<CredentialPtr> credential = with_certificate(**user, rules, facts, level);
  if (!credential) co_return fail(credential.error());
  CertificateUser found;
  found.credential = std::move(*credential);
  found.rule = question->rule;
  found.rule_text = std::move(question->rule_text);
  co_return found;
}

Result<CredentialPtr> with_certificate(const identity::Credential& user, const CertificateRules& rules,
                                       const identity::CertificateFacts& facts, int level) {
  identity::CredentialFields fields = user.fields();
  fields.method = kCertificateMethod;
  fields.level = level;
  fields.attributes = joined_attributes(fields.attributes, rules.attributes_of(facts));
  return identity::Credential::make(std::move(fields));
}

std::size_t count_authorities(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kKind = "CERTIFICATE-----";
  std::size_t count = 0;
  for (std::size_t at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at + 1)) {
    const auto line = pem.substr(at, pem.find_first_of("\r\n", at) - at);
    if (line.find(kKind) != std::string_view::npos) ++count;
  }
  return count;
}

}  // namespace sallyport::login
