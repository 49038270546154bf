#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "async/snapshot.hpp"
#include "async/worker_pool.hpp"
#include "authn/throttle.hpp"
#include "inbound/certificate_attempts.hpp"
#include "inbound/session_connections.hpp"
#include "inbound/snapshot.hpp"
#include "inbound/totp_memory.hpp"
#include "inbound/used_codes.hpp"
#include "log/logs.hpp"
#include "store/session_store.hpp"

namespace sallyport::inbound {

// The login throttle behind a lock: its calls are short, and logins are rare.
class SharedThrottle {
 public:
  explicit SharedThrottle(const authn::ThrottleLimits& limits) : throttle_(limits) {}
  void set_limits(const authn::ThrottleLimits& limits) {
    const std::lock_guard lock(mutex_);
    throttle_.set_limits(limits);
  }
  std::optional<Duration> take(std::string_view user, const IpAddress& address, TimePoint now) {
    const std::lock_guard lock(mutex_);
    return throttle_.take(user, address, now);
  }
  void succeeded(std::string_view user, const IpAddress& address, TimePoint now) {
    const std::lock_guard lock(mutex_);
    throttle_.succeeded(user, address, now);
  }
  void released(std::string_view user, const IpAddress& address) {
    const std::lock_guard lock(mutex_);
    throttle_.released(user, address);
  }

 private:
  std::mutex mutex_;
  authn::LoginThrottle throttle_;
};

// What all workers share. Thread-safe; outlives them.
struct Commons {
  store::SessionStore& sessions;
  SharedThrottle& throttle;
  log::Logs& logs;
  const async::Published<Snapshot>& published;
  SessionDrains& session_drains;
  CertificateAttempts& certificate_attempts;
  std::shared_ptr<TotpMemory> totp_memory = std::make_shared<TotpMemory>();
  std::shared_ptr<UsedCodes> used_codes;  // none: what was used is forgotten with the process
  // Bytes of all parked requests of this node (attack D5).
  std::shared_ptr<std::atomic<std::size_t>> parked_bytes = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace sallyport::inbound
