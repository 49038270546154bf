#include "server/client_verification.hpp"

#include "fetch/fetcher.hpp"
#include "server/files.hpp"

namespace sallyport::server {
namespace {

constexpr std::size_t kMostPassword = 4096;
// A thread waits for one other server.
constexpr std::size_t kFetchThreads = 8;
constexpr std::size_t kFetchQueue = 200;

using config::CertificateSettings;

static_assert(static_cast<int>(config::UndeterminedAction::reject) == static_cast<int>(pki::UndeterminedAction::reject));
static_assert(static_cast<int>(config::UndeterminedAction::log) == static_cast<int>(pki::UndeterminedAction::log));
static_assert(static_cast<int>(config::UndeterminedAction::ignore) == static_cast<int>(pki::UndeterminedAction::ignore));
static_assert(static_cast<int>(config::OcspNonce::none) == static_cast<int>(pki::OcspNonce::none));
static_assert(static_cast<int>(config::OcspNonce::optional) == static_cast<int>(pki::OcspNonce::optional));
static_assert(static_cast<int>(config::OcspNonce::required) == static_cast<int>(pki::OcspNonce::required));

pki::RevocationRules rules_of(const CertificateSettings& settings) {
  pki::RevocationRules rules;
  rules.use_crl_points = settings.crl_cdp_enable;
  rules.use_ocsp = settings.ocsp_enable;
  rules.ocsp_url = settings.ocsp_url;
  rules.ldap_server = settings.crl_ldap_server;
  rules.ocsp.nonce = static_cast<pki::OcspNonce>(settings.ocsp_nonce);
  rules.crl_lifetime = settings.crl_cache_entry_lifetime;
  rules.ocsp_lifetime = settings.ocsp_cache_entry_lifetime;
  rules.retry_interval = settings.revocation_retry_interval;
  rules.fetch_timeout = settings.revocation_fetch_timeout;
  rules.max_crl = settings.crl_max_size;
  rules.max_ocsp = settings.ocsp_max_response_size;
  return rules;
}

Result<std::shared_ptr<const pki::Fetcher>> fetcher_of(const config::Settings& settings) {
  const CertificateSettings& certificate = settings.certificate;
  fetch::FetchOptions options;
  options.forbidden = certificate.revocation_forbidden_network;
  options.ldap_user = certificate.crl_ldap_user;
  options.ldap_ca_file = settings.ldap.ca_file;
  if (!certificate.crl_ldap_user_password_file.empty()) {
    auto text = read_file(certificate.crl_ldap_user_password_file, kMostPassword);
    if (!text) return fail(text.error().code, "[certificate] crl-ldap-user-password-file: " + text.error().detail);
    options.ldap_password = Secret(std::string_view(*text).substr(0, text->find_first_of("\r\n")));
    wipe(*text);
  }
  return std::make_shared<const fetch::WebFetcher>(std::move(options));
}

}  // namespace

ClientVerification::~ClientVerification() {
  if (flights_) flights_->give_up();
}

Result<std::shared_ptr<const pki::ClientVerifier>> ClientVerification::make(const config::Settings& settings) {
  const CertificateSettings& certificate = settings.certificate;
  if (certificate.client_ca_file.empty()) return std::shared_ptr<const pki::ClientVerifier>();
  pki::VerifierOptions options;
  auto authorities = read_file(certificate.client_ca_file, kMostPem);
  if (!authorities) return fail(authorities.error().code, "[certificate] client-ca-file: " + authorities.error().detail);
  options.authorities_pem = std::move(*authorities);
  options.authorities_origin = "client-ca-file: " + certificate.client_ca_file;
  options.crl_files = certificate.crl_file;
  options.limits.max_certificates = certificate.max_chain_certificates;
  options.limits.max_bytes = certificate.max_chain_size;
  options.revocation = rules_of(certificate);
  options.undetermined = static_cast<pki::UndeterminedAction>(certificate.undetermined_revocation_cert_action);
  auto fetcher = fetcher_of(settings);
  if (!fetcher) return fail(fetcher.error());
  if (!fetches_) {
    fetches_ = std::make_unique<async::WorkerPool>(kFetchThreads, kFetchQueue);
    flights_ = std::make_shared<pki::Flights>(*fetches_);
  }
  const auto tell = [this](std::string_view id, const std::string& text) {
    if (log::Logs* const logs = logs_.load()) logs->event(log::Level::warning, id, text);
  };
  auto verifier = pki::ClientVerifier::make(options, pki::VerifierCommons{offload_, flights_, caches_, *fetcher, tell});
  if (!verifier) return fail(verifier.error().code, "[certificate] " + verifier.error().detail);
  caches_->crls.set_capacity(certificate.crl_cache_size);
  caches_->answers.set_capacity(certificate.ocsp_cache_size);
  caches_->crls.forget_failures();
  caches_->answers.forget_failures();
  return verifier;
}

}  // namespace sallyport::server
