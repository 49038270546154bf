#pragma once

#include <chrono>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/endpoint.hpp"

namespace sallyport::authn {

// So many failed attempts at once, then one more in each period.
struct Allowance {
  int burst = 1;  // 1 or more
  Duration period{};
};

// Three counters, because each kind of guessing shows in another one (attack case F10):
//   one user from one address   many passwords for a known name: strict
//   one address                 one password for many names; many people may share the address: medium
//   one user                    slow guessing from many addresses: loose, since it is the only one that can hit a
//                               user who did nothing; addresses from which he has logged in before are exempt
// IPv6 addresses count as their /64 network, which is what one subscriber has.
struct ThrottleLimits {
  Allowance user_and_address{5, std::chrono::minutes(3)};
  Allowance address{50, std::chrono::seconds(10)};
  Allowance user{100, std::chrono::minutes(1)};
  std::size_t max_entries = 65536;  // of each kind; the ones unused for the longest time are forgotten first
  Duration known_for = std::chrono::hours(24 * 30);  // how long an address of a successful login is remembered
};

// When each key will have all its attempts back. Bounded: the entry that was not touched for the longest time goes
// first, which is one that has recovered unless all of them are busy.
class AttemptTable {
 public:
  AttemptTable(Allowance allowance, std::size_t max_entries) : allowance_(allowance), max_entries_(max_entries) {}

  // How long until there is an attempt; zero if there is one.
  Duration wait(const std::string& key, TimePoint now) const;
  void take(const std::string& key, TimePoint now);
  void give_back(const std::string& key);
  void forget(const std::string& key);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    TimePoint full_at;
    std::list<std::string>::iterator age;
  };

  Allowance allowance_;
  std::size_t max_entries_;
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

  // Entries of all kinds.
  std::size_t size() const;

 private:
  bool is_known(const std::string& pair, TimePoint now) const;

  AttemptTable pairs_;
  AttemptTable addresses_;
  AttemptTable users_;
  AttemptTable known_;  // full_at: until when the address is known for the user
};

}  // namespace sallyport::authn
