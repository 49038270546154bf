#include "tls/ticket_table.hpp"

#include <cstring>

#include "crypto/digest.hpp"

namespace sallyport::tls {

std::size_t TicketTable::KeyHash::operator()(const Key& key) const {
  std::size_t hash = 0;  // the key is a digest: any part of it is as good as another
  std::memcpy(&hash, key.data(), sizeof hash);
  return hash;
}

TicketTable::Key TicketTable::key_of(std::string_view bytes) {
  Key key{};
  const std::string digest = crypto::sha256(bytes);
  std::memcpy(key.data(), digest.data(), key.size());
  return key;
}

TicketId TicketTable::remember(std::string_view ticket, std::string_view binding, TimePoint expires) {
  const Key key = key_of(ticket);
  const Key bound_to = key_of(binding);
  const std::lock_guard lock(mutex_);
  if (tickets_.insert_or_assign(key, Entry{bound_to, expires}).second) order_.push_back(key);
  while (order_.size() > capacity_) {
    tickets_.erase(order_.front());
    armed_.erase(order_.front());
    order_.pop_front();
  }
  return key;
}

bool TicketTable::arm(const TicketId& ticket, std::string_view purpose, TimePoint until) {
  const std::lock_guard lock(mutex_);
  if (!tickets_.contains(ticket)) return false;
  armed_.insert_or_assign(ticket, Armed{std::string(purpose), until});
  return true;
}

// What is taken away here keeps its place in order_ until its turn comes: that counts it a little longer.
TicketVerdict TicketTable::take(std::string_view ticket, std::string_view binding, TimePoint now) {
  const Key key = key_of(ticket);
  const Key bound_to = key_of(binding);
  const std::lock_guard lock(mutex_);
  const auto found = tickets_.find(key);
  TicketVerdict verdict;
  if (found == tickets_.end() || found->second.binding != bound_to || now >= found->second.expires) return verdict;
  verdict.kind = TicketVerdict::Kind::resumable;
  const auto armed = armed_.find(key);
  if (armed == armed_.end()) return verdict;
  if (now < armed->second.until) {
    verdict.kind = TicketVerdict::Kind::armed;
    verdict.armed_for = std::move(armed->second.purpose);
    tickets_.erase(found);
  }
  armed_.erase(armed);
  return verdict;
}

std::size_t TicketTable::size() const {
  const std::lock_guard lock(mutex_);
  return tickets_.size();
}

}  // namespace sallyport::tls
