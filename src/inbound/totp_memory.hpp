#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "config/settings.hpp"
#include "crypto/totp.hpp"

namespace sallyport::inbound {

// Codes as the settings want them.
crypto::TotpRules totp_rules(const config::TotpSettings& settings);

// What apps call this service.
std::string totp_issuer(const config::Settings& settings);

// What has to be remembered of one-time passwords: the codes that were used, and the secrets that users are about to
// take into their apps. Shared by all workers, untouched by reloads. Thread-safe.
class TotpMemory {
 public:
  explicit TotpMemory(std::size_t max_enrolments = 10000) : max_enrolments_(max_enrolments) {}

  // Uses the code of a step up: false if it, or one of a later step, was used by that user before (RFC 6238 section 5.2).
  // `present` is the step of the present time; what is so old that no code of it matches is forgotten.
  bool use(std::string_view folded_user, std::uint64_t step, std::uint64_t present, unsigned window);

  // A secret that a session's user has been shown and has not confirmed.
  struct Enrolment {
    std::string folded_user;
    Secret secret;
  };
  // The one under way, or a new one with `fresh`; it lasts for 10 minutes. When there are too many, the oldest goes.
  Secret enrolment(const std::string& session_handle, std::string_view folded_user, Secret fresh, TimePoint now);
  // Nothing if there is none, or another user's.
  std::optional<Secret> find_enrolment(const std::string& session_handle, std::string_view folded_user, TimePoint now);
  void end_enrolment(const std::string& session_handle);

 private:
  struct Entry {
    Enrolment enrolment;
    TimePoint end;
    std::list<std::string>::iterator age;
  };
  void drop(std::map<std::string, Entry>::iterator entry);

  const std::size_t max_enrolments_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> last_step_;  // by user
  std::size_t sweep_at_ = 1024;                                  // entries of last_step_
  std::map<std::string, Entry> enrolments_;                      // by the session's handle
  std::list<std::string> by_age_;                                // the oldest first
};

}  // namespace sallyport::inbound
