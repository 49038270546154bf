#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace sallyport::login {

// Which of several servers to ask: a circuit breaker for each, in the order of preference. Pure; not thread-safe.
//
// A server that failed is left alone for the retry interval; after that somebody who is in no hurry tries it (`due`),
// so that no login waits for a server that is still away. Only when no other server is left do logins try those that
// are down, each server by one login at a time: a directory that is back is used at once, and one that hangs holds up
// one thread.
class LdapHealth {
 public:
  LdapHealth(std::size_t servers, Duration retry_interval) : servers_(servers), retry_interval_(retry_interval) {}

  // Leave to ask one server. It ends with `succeeded`, `failed` or `released`.
  struct Turn {
    std::size_t server = 0;
    bool is_trial = false;  // of a server that is down
  };

  // The best server that is not among those tried already: one that is up; if none is left, one that is down and that
  // nobody tries at this moment.
  std::optional<Turn> next(const std::vector<bool>& tried);
  // A server that is down, that nobody tries, and whose retry interval is over.
  std::optional<Turn> due(TimePoint now);

  // True if the server was down.
  bool succeeded(const Turn& turn);
  // True if the server was up.
  bool failed(const Turn& turn, TimePoint now);
  // Nothing was learnt about it.
  void released(const Turn& turn);

 private:
  struct Server {
    bool is_up = true;  // until it is known better
    bool is_being_tried = false;
    TimePoint retry_at{};
  };

  std::vector<Server> servers_;
  Duration retry_interval_;
};

}  // namespace sallyport::login
