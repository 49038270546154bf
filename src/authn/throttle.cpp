#include "authn/throttle.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::authn {

AttemptTable::AttemptTable(std::uint32_t max, Duration window, Duration block, std::size_t max_entries)
    : max_(max), period_(max == 0 ? window : window / max), block_(block), max_entries_(max_entries) {}

// The generic cell rate algorithm (ITU-T I.371): one instant says how many attempts are left.
Duration AttemptTable::wait(const std::string& key, TimePoint now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return Duration::zero();
  const Duration debt = found->second.full_at - now - (max_ - 1) * period_;
  return std::max({Duration::zero(), debt, found->second.blocked_until - now});
}

void AttemptTable::take(const std::string& key, TimePoint now) {
  if (max_ == 0) return;
  auto [found, is_new] = entries_.try_emplace(key);
  Entry& entry = found->second;
  if (is_new) {
    entry.full_at = entry.blocked_until = now;
    entry.age = by_age_.insert(by_age_.end(), key);
  } else {
    by_age_.splice(by_age_.end(), by_age_, entry.age);
  }
  entry.full_at = std::max(entry.full_at, now) + period_;
  const bool was_last = entry.full_at - now > (max_ - 1) * period_;
  if (was_last) entry.blocked_until = now + block_;
  drop_oldest();
}

void AttemptTable::drop_oldest() {
  while (entries_.size() > max_entries_) {
    entries_.erase(by_age_.front());
    by_age_.pop_front();
  }
}

void AttemptTable::set_limits(std::uint32_t max, Duration window, Duration block, std::size_t max_entries) {
  max_ = max;
  period_ = max == 0 ? window : window / max;
  block_ = block;
  max_entries_ = max_entries;
  if (max == 0) {
    entries_.clear();
    by_age_.clear();
  }
  drop_oldest();
}

void AttemptTable::give_back(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  found->second.full_at -= period_;
  found->second.blocked_until = TimePoint();
}

void AttemptTable::forget(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  by_age_.erase(found->second.age);
  entries_.erase(found);
}

LoginThrottle::LoginThrottle(const ThrottleLimits& l)
    : prefix_v4_(l.address_prefix_v4),
      prefix_v6_(l.address_prefix_v6),
      pairs_(l.user_address_max_failures, l.window, l.block_time, l.max_tracked),
      addresses_(l.address_max_failures, l.window, l.block_time, l.max_tracked),
      users_(l.user_max_failures, l.window, l.block_time, l.max_tracked),
      known_(1, l.known_for, Duration::zero(), l.max_tracked) {}

void LoginThrottle::set_limits(const ThrottleLimits& l) {
  prefix_v4_ = l.address_prefix_v4;
  prefix_v6_ = l.address_prefix_v6;
  pairs_.set_limits(l.user_address_max_failures, l.window, l.block_time, l.max_tracked);
  addresses_.set_limits(l.address_max_failures, l.window, l.block_time, l.max_tracked);
  users_.set_limits(l.user_max_failures, l.window, l.block_time, l.max_tracked);
  known_.set_limits(1, l.known_for, Duration::zero(), l.max_tracked);
}

LoginThrottle::Keys LoginThrottle::keys_of(std::string_view user, const IpAddress& address) const {
  // An IPv4 prefix counts from bit 96 of the mapped form.
  const IpAddress network = address.masked(address.is_v4() ? 96 + prefix_v4_ : prefix_v6_);
  Keys keys;
  keys.address.assign(reinterpret_cast<const char*>(network.bytes().data()), network.bytes().size());
  keys.user = lowered(trimmed(user));
  keys.pair = keys.address + keys.user;  // the address has a fixed length: no two pairs have one key
  return keys;
}

std::optional<Duration> LoginThrottle::take(std::string_view user, const IpAddress& address, TimePoint now) {
  const Keys keys = keys_of(user, address);
  Duration wait = std::max(pairs_.wait(keys.pair, now), addresses_.wait(keys.address, now));
  const bool is_known = known_.wait(keys.pair, now) > Duration::zero();
  if (!is_known) wait = std::max(wait, users_.wait(keys.user, now));
  if (wait > Duration::zero()) return wait;
  pairs_.take(keys.pair, now);
  addresses_.take(keys.address, now);
  users_.take(keys.user, now);
  return std::nullopt;
}

void LoginThrottle::succeeded(std::string_view user, const IpAddress& address, TimePoint now) {
  released(user, address);
  const Keys keys = keys_of(user, address);
  pairs_.forget(keys.pair);
  known_.forget(keys.pair);
  known_.take(keys.pair, now);
}

void LoginThrottle::released(std::string_view user, const IpAddress& address) {
  const Keys keys = keys_of(user, address);
  pairs_.give_back(keys.pair);
  addresses_.give_back(keys.address);
  users_.give_back(keys.user);
}

std::size_t LoginThrottle::size() const {
  return pairs_.size() + addresses_.size() + users_.size() + known_.size();
}

}  // namespace sallyport::authn
