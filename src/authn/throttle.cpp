#include "authn/throttle.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::authn {
namespace {

std::string user_key(std::string_view user) {
  return lowered(trimmed(user));
}

std::string address_key(const IpAddress& address) {
  const auto network = address.is_v4() ? address : address.masked(64);
  return std::string(reinterpret_cast<const char*>(network.bytes().data()), network.bytes().size());
}

// The address has a fixed length, so that no two pairs have one key.
std::string pair_key(std::string_view user, const IpAddress& address) {
  return address_key(address) + user_key(user);
}

}  // namespace

// The generic cell rate algorithm (ITU-T I.371): one instant says how many attempts are left.
Duration AttemptTable::wait(const std::string& key, TimePoint now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return Duration::zero();
  const Duration debt = found->second.full_at - now;
  return std::max(Duration::zero(), debt - (allowance_.burst - 1) * allowance_.period);
}

void AttemptTable::take(const std::string& key, TimePoint now) {
  auto [found, is_new] = entries_.try_emplace(key);
  Entry& entry = found->second;
  if (is_new) {
    entry.full_at = now;
    entry.age = by_age_.insert(by_age_.end(), key);
  } else {
    by_age_.splice(by_age_.end(), by_age_, entry.age);
  }
  entry.full_at = std::max(entry.full_at, now) + allowance_.period;
  while (entries_.size() > max_entries_) {
    entries_.erase(by_age_.front());
    by_age_.pop_front();
  }
}

void AttemptTable::give_back(const std::string& key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) found->second.full_at -= allowance_.period;
}

void AttemptTable::forget(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  by_age_.erase(found->second.age);
  entries_.erase(found);
}

LoginThrottle::LoginThrottle(const ThrottleLimits& limits)
    : pairs_(limits.user_and_address, limits.max_entries),
      addresses_(limits.address, limits.max_entries),
      users_(limits.user, limits.max_entries),
      known_(Allowance{1, limits.known_for}, limits.max_entries) {}

bool LoginThrottle::is_known(const std::string& pair, TimePoint now) const {
  return known_.wait(pair, now) > Duration::zero();
}

std::optional<Duration> LoginThrottle::take(std::string_view user, const IpAddress& address, TimePoint now) {
  const std::string pair = pair_key(user, address);
  const std::string network = address_key(address);
  const std::string name = user_key(user);
  Duration wait = std::max(pairs_.wait(pair, now), addresses_.wait(network, now));
  if (!is_known(pair, now)) wait = std::max(wait, users_.wait(name, now));
  if (wait > Duration::zero()) return wait;
  pairs_.take(pair, now);
  addresses_.take(network, now);
  users_.take(name, now);
  return std::nullopt;
}

void LoginThrottle::succeeded(std::string_view user, const IpAddress& address, TimePoint now) {
  released(user, address);
  const std::string pair = pair_key(user, address);
  pairs_.forget(pair);
  known_.forget(pair);
  known_.take(pair, now);
}

void LoginThrottle::released(std::string_view user, const IpAddress& address) {
  pairs_.give_back(pair_key(user, address));
  addresses_.give_back(address_key(address));
  users_.give_back(user_key(user));
}

std::size_t LoginThrottle::size() const {
  return pairs_.size() + addresses_.size() + users_.size() + known_.size();
}

}  // namespace sallyport::authn
