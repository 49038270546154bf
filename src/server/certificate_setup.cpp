#include "server/certificate_setup.hpp"

#include "login/certificate_users.hpp"
#include "server/files.hpp"

namespace sallyport::server {
namespace {

constexpr std::size_t kMostPem = 1024 * 1024;

}  // namespace

Result<login::CertificateRules> certificate_rules(const config::Settings& settings) {
  login::CertificateRuleTexts texts;
  texts.users = settings.certificate_users.rule;
  texts.levels = settings.certificate_levels.rule;
  texts.attributes = settings.certificate.cred_attr;
  if (!settings.certificate.client_ca_file.empty()) {
    const auto authorities = read_file(settings.certificate.client_ca_file, kMostPem);
    if (!authorities) return fail(authorities.error());
    texts.authorities = login::count_authorities(*authorities);
  }
  return login::CertificateRules::make(texts);
}

}  // namespace sallyport::server
