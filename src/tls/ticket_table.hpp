#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace sallyport::tls {

// The session tickets that this process has sent, by hash: one table for all workers. A ticket that is not here, or
// was sent under another binding (server name and client-authentication policy), is not resumed: without this GnuTLS
// resumes a ticket under any server name, together with the client certificate of its first handshake (attack E1).
// Thread-safe.
class TicketTable {
 public:
  // At most `capacity` tickets are remembered, the oldest are forgotten first.
  explicit TicketTable(std::size_t capacity) : capacity_(capacity) {}

  // `ticket`: as it will stand in a later ClientHello's pre_shared_key identity (RFC 8446 section 4.2.11).
  void remember(std::string_view ticket, std::string_view binding, TimePoint expires);
  // True if this ticket was sent under this binding and has not expired.
  bool may_resume(std::string_view ticket, std::string_view binding, TimePoint now) const;
  std::size_t size() const;

 private:
  using Key = std::array<std::uint8_t, 16>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Entry {
    Key binding;
    TimePoint expires;
  };
  static Key key_of(std::string_view bytes);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<Key, Entry, KeyHash> tickets_;
  std::deque<Key> order_;
};

}  // namespace sallyport::tls
