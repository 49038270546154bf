#include "server/certificate_setup.hpp"

#include "login/certificate_users.hpp"
#include "server/files.hpp"

namespace sallyport::server {
Result<tls::CertificatePair> read_pair(const std::string& chain_file, const std::string& key_file) {
  auto chain = read_file(chain_file, kMostPem);
  if (!chain) return fail(chain.error());
  auto key = read_file(key_file, kMostPem);
  if (!key) return fail(key.error());
  return tls::CertificatePair{std::move(*chain), std::move(*key), chain_file + " with " + key_file};
}

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
