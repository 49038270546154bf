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

// A hash of a ticket.
using TicketId = std::array<std::uint8_t, 16>;

// What a ClientHello with a ticket gets.
struct TicketVerdict {
  enum class Kind : std::uint8_t {
    unknown,    // a full handshake
    resumable,
    armed,      // a full handshake that asks for a certificate; the ticket is spent
  };
  Kind kind = Kind::unknown;
  std::string armed_for;  // what arm() was told
};

// The session tickets that this process has sent, by hash: one table for all workers. A ticket that is not here, or
// was sent under another binding (server name and client-authentication policy), is not resumed: without this GnuTLS
// resumes a ticket under any server name, together with the client certificate of its first handshake (attack E1).
// A ticket can be armed: whoever shows it next is asked for a certificate, once. Thread-safe.
class TicketTable {
 public:
  // At most `capacity` tickets are remembered, the oldest are forgotten first.
  explicit TicketTable(std::size_t capacity) : capacity_(capacity) {}

  // `ticket`: as it will stand in a later ClientHello's pre_shared_key identity (RFC 8446 section 4.2.11).
  TicketId remember(std::string_view ticket, std::string_view binding, TimePoint expires);
  // Whoever shows this ticket before `until` is asked for a certificate, for this `purpose`. False if the ticket is not
  // known any more.
  bool arm(const TicketId& ticket, std::string_view purpose, TimePoint until);
  // The ticket of a ClientHello. One that is armed is forgotten: it serves once (attack E12).
  TicketVerdict take(std::string_view ticket, std::string_view binding, TimePoint now);
  std::size_t size() const;

 private:
  using Key = TicketId;
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Entry {
    Key binding;
    TimePoint expires;
  };
  struct Armed {
    std::string purpose;
    TimePoint until;
  };
  static Key key_of(std::string_view bytes);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<Key, Entry, KeyHash> tickets_;
  std::unordered_map<Key, Armed, KeyHash> armed_;  // of those in tickets_
  std::deque<Key> order_;
};

}  // namespace sallyport::tls
