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

void TicketTable::remember(std::string_view ticket, std::string_view binding, TimePoint expires) {
  const Key key = key_of(ticket);
  const Key bound_to = key_of(binding);
  const std::lock_guard lock(mutex_);
  if (tickets_.insert_or_assign(key, Entry{bound_to, expires}).second) order_.push_back(key);
  while (order_.size() > capacity_) {
    tickets_.erase(order_.front());
    order_.pop_front();
  }
}

bool TicketTable::may_resume(std::string_view ticket, std::string_view binding, TimePoint now) const {
  const Key key = key_of(ticket);
  const Key bound_to = key_of(binding);
  const std::lock_guard lock(mutex_);
  const auto found = tickets_.find(key);
  return found != tickets_.end() && found->second.binding == bound_to && now < found->second.expires;
}

std::size_t TicketTable::size() const {
  const std::lock_guard lock(mutex_);
  return tickets_.size();
}

}  // namespace sallyport::tls
