#include "inbound/certificate_attempts.hpp"

#include <algorithm>
#include <cstring>

#include "base/encoding.hpp"
#include "crypto/random.hpp"

namespace sallyport::inbound {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMostDetours = 10000;

}  // namespace

std::size_t CertificateAttempts::SessionHash::operator()(const session::SessionId& id) const {
  std::size_t hash = 0;  // random bytes: any part of them is as good as another
  std::memcpy(&hash, id.bytes().data(), sizeof hash);
  return hash;
}

void CertificateAttempts::set_limits(const Limits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

void CertificateAttempts::forget(const session::SessionId& session) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return;
  attempts_.erase(found->second);
  by_session_.erase(found);
}

std::string CertificateAttempts::begin(const session::SessionId& session, TimePoint now) {
  std::string id = base64url_encoded(crypto::random_bytes(kIdBytes));
  const std::lock_guard lock(mutex_);
  forget(session);
  attempts_.emplace(id, Entry{session, {}, now + kStep});
  by_session_.emplace(session, id);
  order_.push_back(id);
  while (order_.size() > limits_.most || (!order_.empty() && !attempts_.contains(order_.front()))) {
    const auto oldest = attempts_.find(order_.front());
    if (oldest != attempts_.end()) {
      by_session_.erase(oldest->second.session);
      attempts_.erase(oldest);
    }
    order_.pop_front();
  }
  return id;
}

std::optional<CertificateAttempts::Attempt> CertificateAttempts::find(const session::SessionId& session,
                                                                      TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return std::nullopt;
  const Entry* const entry = live(found->second, now);
  if (entry == nullptr) return std::nullopt;
  return Attempt{found->second, entry->progress};
}

void CertificateAttempts::proceed(const session::SessionId& session, const authn::CertificateProgress& progress,
                                  TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return;
  Entry& entry = attempts_.at(found->second);
  // A handshake of another thread may have counted a question meanwhile.
  const unsigned asked = std::max(entry.progress.asked, progress.asked);
  entry.progress = progress;
  entry.progress.asked = asked;
  entry.until = std::max(entry.until, now + kStep);
}

void CertificateAttempts::end(const session::SessionId& session) {
  const std::lock_guard lock(mutex_);
  forget(session);
}

CertificateAttempts::Entry* CertificateAttempts::live(const std::string& attempt, TimePoint now) {
  const auto found = attempts_.find(attempt);
  if (found == attempts_.end() || now >= found->second.until) return nullptr;
  return &found->second;
}

bool CertificateAttempts::may_ask(const std::string& attempt, TimePoint now) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = live(attempt, now);
  if (entry == nullptr || entry->unanswered >= limits_.most_questions) return false;
  ++entry->unanswered;
  ++entry->progress.asked;
  entry->until = std::max(entry->until, now + limits_.choice);
  return true;
}

void CertificateAttempts::answered(const std::string& attempt) {
  const std::lock_guard lock(mutex_);
  const auto found = attempts_.find(attempt);
  if (found != attempts_.end() && found->second.unanswered > 0) --found->second.unanswered;
}

std::string CertificateAttempts::begin_forgetting(Remembered what, unsigned handshakes, TimePoint now) {
  std::string name = base64url_encoded(crypto::random_bytes(kIdBytes));
  const std::lock_guard lock(mutex_);
  std::erase_if(forgetting_, [now](const auto& entry) { return now >= entry.second.until; });
  if (forgetting_.size() < limits_.most) forgetting_.emplace(name, Forgetting{what, handshakes, now + kForgetting});
  return name;
}

std::optional<CertificateAttempts::Remembered> CertificateAttempts::take_forgetting(const std::string& name,
                                                                                    TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = forgetting_.find(name);
  if (found == forgetting_.end()) return std::nullopt;
  const Forgetting taken = found->second;
  const bool in_time = now < taken.until;
  if (!in_time || --found->second.handshakes == 0) forgetting_.erase(found);
  if (!in_time) return std::nullopt;
  return taken.what;
}

void CertificateAttempts::detour(const IpAddress& address, TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(detours_, [now](const auto& entry) { return now >= entry.second; });
  if (detours_.size() < kMostDetours) detours_[address] = now + kStep;
  has_detours_ = true;
}

void CertificateAttempts::end_detour(const IpAddress& address) {
  const std::lock_guard lock(mutex_);
  detours_.erase(address);
}

bool CertificateAttempts::is_detoured(const IpAddress& address, TimePoint now) {
  if (!has_detours_) return false;
  const std::lock_guard lock(mutex_);
  std::erase_if(detours_, [now](const auto& entry) { return now >= entry.second; });
  has_detours_ = !detours_.empty();
  return detours_.contains(address);
}

}  // namespace sallyport::inbound
