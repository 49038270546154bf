#include "server/live_parts.hpp"

#include <cstring>

#include "crypto/random.hpp"

namespace sallyport::server {
namespace {

log::LogOptions log_options(const config::LoggingSettings& settings) {
  log::LogOptions options;
  options.requests = settings.requests;
  options.request_file = settings.requests_file;
  options.request_style = static_cast<log::LogOptions::RequestStyle>(settings.request_log_style);
  options.gmt = settings.gmt_time;
  options.audit_file = settings.audit_file;
  options.event_file = settings.event_file.empty() ? "-" : settings.event_file;
  options.event_level = static_cast<log::Level>(settings.event_level);
  options.flush_interval = settings.flush_time;
  return options;
}

authn::ThrottleLimits throttle_limits(const config::LoginLimitSettings& settings) {
  authn::ThrottleLimits limits;
  limits.user_address_max_failures = settings.user_address_max_failures;
  limits.user_max_failures = settings.user_max_failures;
  limits.address_max_failures = settings.address_max_failures;
  limits.window = settings.window;
  limits.block_time = settings.block_time;
  limits.address_prefix_v4 = settings.address_prefix_v4;
  limits.address_prefix_v6 = settings.address_prefix_v6;
  limits.max_tracked = settings.max_tracked;
  return limits;
}

store::MemoryStoreLimits store_limits(const config::SessionSettings& settings) {
  store::MemoryStoreLimits limits;
  limits.max_entries = settings.max_entries;
  limits.max_anonymous = settings.unauth_max_entries;
  return limits;
}

inbound::CertificateAttempts::Limits attempt_limits(const config::CertificateLoginSettings& settings) {
  inbound::CertificateAttempts::Limits limits;
  limits.most = settings.cert_cache_max_entries;
  limits.choice = settings.cert_cache_timeout;
  return limits;
}

}  // namespace

Result<std::unique_ptr<LiveParts>> LiveParts::make(const config::Settings& settings) {
  auto logs = log::Logs::open(log_options(settings.logging));
  if (!logs) return fail(logs.error());
  std::uint64_t seed = 0;
  std::memcpy(&seed, crypto::random_bytes(sizeof seed).data(), sizeof seed);
  return std::unique_ptr<LiveParts>(new LiveParts(settings, std::move(*logs), seed));
}

LiveParts::LiveParts(const config::Settings& settings, std::unique_ptr<log::Logs> logs, std::uint64_t seed)
    : logs_(std::move(logs)),
      sessions_(store_limits(settings.session), seed),
      throttle_(throttle_limits(settings.login_limits)),
      connections_(settings.server.max_connections, settings.server.max_connections_per_address),
      certificate_attempts_(attempt_limits(settings.certificate_login)) {}

Result<log::Logs::Change> LiveParts::prepare(const config::Settings& settings) {
  return logs_->prepare(log_options(settings.logging));
}

void LiveParts::apply(const config::Settings& settings, log::Logs::Change change) {
  logs_->apply(std::move(change));
  sessions_.set_limits(store_limits(settings.session));
  throttle_.set_limits(throttle_limits(settings.login_limits));
  certificate_attempts_.set_limits(attempt_limits(settings.certificate_login));
  connections_.set(settings.server.max_connections, settings.server.max_connections_per_address);
}

}  // namespace sallyport::server
