#pragma once

#include <memory>

#include "config/settings.hpp"
#include "inbound/commons.hpp"
#include "log/logs.hpp"
#include "server/connection_limits.hpp"
#include "store/memory_store.hpp"

namespace sallyport::server {

// What lives longer than any snapshot and yet has settings: logs, sessions, the login throttle, counted connections.
// A reload changes them in two steps, so that a file that is wrong changes nothing: prepare() does what can fail,
// apply() what cannot.
class LiveParts {
 public:
  // Opens the logs. Errors: theirs.
  static Result<std::unique_ptr<LiveParts>> make(const config::Settings& settings);

  log::Logs& logs() { return *logs_; }
  store::MemoryStore& sessions() { return sessions_; }
  inbound::SharedThrottle& throttle() { return throttle_; }
  ConnectionLimits& connections() { return connections_; }
  inbound::CertificateAttempts& certificate_attempts() { return certificate_attempts_; }

  Result<log::Logs::Change> prepare(const config::Settings& settings);
  void apply(const config::Settings& settings, log::Logs::Change change);

 private:
  LiveParts(const config::Settings& settings, std::unique_ptr<log::Logs> logs, std::uint64_t seed);

  std::unique_ptr<log::Logs> logs_;
  store::MemoryStore sessions_;
  inbound::SharedThrottle throttle_;
  ConnectionLimits connections_;
  inbound::CertificateAttempts certificate_attempts_;
};

}  // namespace sallyport::server
