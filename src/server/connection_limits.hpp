#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/endpoint.hpp"

namespace sallyport::server {

// Counts open connections, in all and by address, for all workers. Thread-safe.
class ConnectionLimits {
 public:
  // 0: no limit.
  ConnectionLimits(std::size_t max, std::size_t max_per_address) : max_(max), max_per_address_(max_per_address) {}

  // A counted connection; counts until it is destroyed.
  class Place {
   public:
    Place(ConnectionLimits& limits, const IpAddress& address) : limits_(limits), address_(address) {}
    ~Place() { limits_.leave(address_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    ConnectionLimits& limits_;
    IpAddress address_;
  };

  // For connections from now on: none that is open is ended.
  void set(std::size_t max, std::size_t max_per_address) {
    const std::lock_guard lock(mutex_);
    max_ = max;
    max_per_address_ = max_per_address;
  }

  // Null when a limit is reached. `many_clients`: the address is that of a proxy, whose connections are those of others.
  std::unique_ptr<Place> enter(const IpAddress& address, bool many_clients) {
    const std::lock_guard lock(mutex_);
    if (max_ > 0 && total_ >= max_) return nullptr;
    const auto found = by_address_.find(address);
    const std::size_t count = found == by_address_.end() ? 0 : found->second;
    if (!many_clients && max_per_address_ > 0 && count >= max_per_address_) return nullptr;
    ++by_address_[address];
    ++total_;
    return std::make_unique<Place>(*this, address);
  }
  std::size_t total() const {
    const std::lock_guard lock(mutex_);
    return total_;
  }

 private:
  void leave(const IpAddress& address) {
    const std::lock_guard lock(mutex_);
    --total_;
    const auto found = by_address_.find(address);
    if (--found->second == 0) by_address_.erase(found);
  }

  std::size_t max_;
  std::size_t max_per_address_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<IpAddress, std::size_t> by_address_;
};

}  // namespace sallyport::server
