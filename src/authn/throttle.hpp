#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/endpoint.hpp"

namespace sallyport::authn {

// Three counters, because each kind of guessing shows in another one (attack case F10):
//   one user from one address   many passwords for a known name: strict
//   one address                 one password for many names; many people may share the address: medium
//   one user                    slow guessing from many addresses: loose, since it is the only one that can hit a
//                               user who did nothing; addresses from which he has logged in before are exempt
struct ThrottleLimits {
  std::uint32_t user_address_max_failures = 5;  // each: 0 is "no limit"
  std::uint32_t user_max_failures = 100;
  std::uint32_t address_max_failures = 50;
  Duration window = std::chrono::minutes(10);        // after which a failure is forgotten
  Duration block_time = std::chrono::minutes(3);     // for which nothing is tried once a limit is reached
  unsigned address_prefix_v4 = 32;                   // leading bits that count as one address
  unsigned address_prefix_v6 = 64;                   // what one subscriber has
  std::size_t max_tracked = 100000;                  // entries of each kind; those unused for the longest time go first
  Duration known_for = std::chrono::hours(24 * 30);  // how long an address of a successful login is remembered
};

// How many attempts each key has left: `max` at once, then one more in each `max`th part of the window; and none for
// `block` after the last one was taken. Bounded: the entry that was not touched for the longest time goes first.
class AttemptTable {
 public:
  AttemptTable(std::uint32_t max, Duration window, Duration block, std::size_t max_entries);

  // How long until there is an attempt; zero if there is one.
  Duration wait(const std::string& key, TimePoint now) const;
  void take(const std::string& key, TimePoint now);
  void give_back(const std::string& key);
  void forget(const std::string& key);
  // What was used up so far stays used up, as a part of the window; blocks stay as long as they were to be.
  void set_limits(std::uint32_t max, Duration window, Duration block, std::size_t max_entries);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    TimePoint full_at;        // when all attempts will be there again
    TimePoint blocked_until;  // in the past if there is no block
    std::list<std::string>::iterator age;
  };

  std::uint32_t max_;  // 0: no limit
  Duration period_;
  Duration block_;
  std::size_t max_entries_;
  void drop_oldest();

  std::list<std::string> by_age_;  // the oldest first
  std::map<std::string, Entry, std::less<>> entries_;
};

// Decides whether a password may be tried, and remembers how it went. A name counts in lower case and without blanks
// at its ends, whether there is such a user or not. Not thread-safe.
class LoginThrottle {
 public:
  explicit LoginThrottle(const ThrottleLimits& limits);

  // Before the password is checked. Nothing: go on, and the attempt counts as failed until `succeeded` or `released` is
  // called, so that many attempts at the same moment do not slip through. Otherwise how long to wait; a refused attempt
  // costs nothing and makes the wait no longer.
  std::optional<Duration> take(std::string_view user, const IpAddress& address, TimePoint now);

  // The password was right: the attempt is given back, earlier ones of this user at this address are forgotten.
  void succeeded(std::string_view user, const IpAddress& address, TimePoint now);

  // Nobody could check the password (the directory was away): the attempt is given back.
  void released(std::string_view user, const IpAddress& address);

  // For attempts from now on. With other prefixes, addresses begin anew.
  void set_limits(const ThrottleLimits& limits);

  // Entries of all kinds.
  std::size_t size() const;

 private:
  struct Keys {
    std::string pair;
    std::string address;
    std::string user;
  };
  Keys keys_of(std::string_view user, const IpAddress& address) const;

  unsigned prefix_v4_;
  unsigned prefix_v6_;
  AttemptTable pairs_;
  AttemptTable addresses_;
  AttemptTable users_;
  AttemptTable known_;  // one "attempt" is taken for as long as the address is known for the user
};

}  // namespace sallyport::authn
