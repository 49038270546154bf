#include "inbound/totp_memory.hpp"

#include <algorithm>

namespace sallyport::inbound {
namespace {

constexpr auto kEnrolmentTime = std::chrono::minutes(10);
constexpr std::size_t kLeastSweep = 1024;

static_assert(static_cast<int>(config::TotpHash::sha1) == static_cast<int>(crypto::TotpHash::sha1));
static_assert(static_cast<int>(config::TotpHash::sha256) == static_cast<int>(crypto::TotpHash::sha256));

}  // namespace

crypto::TotpRules totp_rules(const config::TotpSettings& settings) {
  crypto::TotpRules rules;
  rules.hash = static_cast<crypto::TotpHash>(settings.hash_algorithm);
  rules.digits = settings.digits;
  return rules;
}

std::string totp_issuer(const config::Settings& settings) {
  if (!settings.totp.issuer.empty()) return settings.totp.issuer;
  return settings.server.web_host_name.empty() ? "Sallyport" : settings.server.web_host_name;
}

bool TotpMemory::use(std::string_view folded_user, std::uint64_t step, std::uint64_t present, unsigned window) {
  const std::lock_guard lock(mutex_);
  const auto known = last_step_.find(folded_user);
  if (known != last_step_.end()) {
    if (known->second >= step) return false;
    known->second = step;
    return true;
  }
  if (last_step_.size() >= sweep_at_) {
    std::erase_if(last_step_, [&](const auto& entry) { return entry.second + window < present; });
    sweep_at_ = std::max(kLeastSweep, 2 * last_step_.size());
  }
  last_step_.emplace(folded_user, step);
  return true;
}

void TotpMemory::drop(std::map<std::string, Entry>::iterator entry) {
  by_age_.erase(entry->second.age);
  enrolments_.erase(entry);
}

Secret TotpMemory::enrolment(const std::string& session_handle, std::string_view folded_user, Secret fresh,
                             TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto known = enrolments_.find(session_handle);
  if (known != enrolments_.end()) {
    if (known->second.enrolment.folded_user == folded_user && known->second.end > now) {
      return known->second.enrolment.secret;
    }
    drop(known);
  }
  while (!by_age_.empty()) {
    const auto oldest = enrolments_.find(by_age_.front());
    if (oldest->second.end > now && enrolments_.size() < max_enrolments_) break;
    drop(oldest);
  }
  by_age_.push_back(session_handle);
  Entry entry{{std::string(folded_user), fresh}, now + kEnrolmentTime, std::prev(by_age_.end())};
  enrolments_.emplace(session_handle, std::move(entry));
  return fresh;
}

std::optional<Secret> TotpMemory::find_enrolment(const std::string& session_handle, std::string_view folded_user,
                                                 TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto known = enrolments_.find(session_handle);
  if (known == enrolments_.end() || known->second.end <= now || known->second.enrolment.folded_user != folded_user) {
    return std::nullopt;
  }
  return known->second.enrolment.secret;
}

void TotpMemory::end_enrolment(const std::string& session_handle) {
  const std::lock_guard lock(mutex_);
  const auto known = enrolments_.find(session_handle);
  if (known != enrolments_.end()) drop(known);
}

}  // namespace sallyport::inbound
