#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "identity/certificate_facts.hpp"
#include "login/certificate_rules.hpp"
#include "login/password_registry.hpp"

namespace sallyport::login {

// Method of a credential that was made by a certificate.
inline constexpr const char* kCertificateMethod = "certificate";

// Whose certificate it is.
struct CertificateUser {
  CredentialPtr credential;  // method "certificate"
  std::size_t rule = 0;      // as of CertificateQuestion
  std::string rule_text;
};

// Asks the registry for the user of a certificate that was verified just now, at `level`. `rules` lives until the answer.
// The account has to be as valid as for a login by password. Errors: not_found, for a user or a rule that is not there;
// denied, for an account that is not valid and whenever it is not certain who is meant; malformed, for a user that no
// credential can be made of; unavailable or timeout when nobody could answer. `detail` is for the audit log.
async::Task<Result<CertificateUser>> find_certificate_user(const CertificateRules& rules,
                                                           std::shared_ptr<PasswordRegistry> registry,
                                                           identity::CertificateFacts facts, int level,
                                                           async::Deadline deadline);

// `user` as somebody who has logged in by this certificate. Error: malformed, for a level that is none.
Result<CredentialPtr> with_certificate(const identity::Credential& user, const CertificateRules& rules,
                                       const identity::CertificateFacts& facts, int level);

// How many certificates of authorities a PEM text has, each counted however often it is there.
std::size_t count_authorities(std::string_view pem);

}  // namespace sallyport::login
