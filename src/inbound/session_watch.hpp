#pragma once

#include <set>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "exchange/exchange.hpp"
#include "inbound/commons.hpp"
#include "inbound/sessions.hpp"

namespace sallyport::inbound {

// Ends what still runs for a session that is over: after a logout no WebSocket and no download of that user goes on
// (attack F9). Looks once a second at answers that have begun. Idleness ends none of them: whoever is in the middle of
// an answer is not gone; the lifetime of the session does. One a worker; loop-local.
class SessionWatch {
 public:
  // `commons` must outlive it.
  SessionWatch(async::Context context, Commons& commons);

  // While it exists, the exchange is watched; not at all if the visitor is nobody. Both references must outlive it, and
  // the visitor's session stays the same meanwhile.
  class Entry : private async::ListNode {
   public:
    Entry(SessionWatch& watch, const Visitor& visitor, exchange::Exchange& x);

   private:
    friend class SessionWatch;
    const session::SessionId& id() const { return *visitor_.id; }
    const std::string& handle() const { return visitor_.session->handle; }
    const Visitor& visitor_;
    exchange::Exchange& x_;
  };

 private:
  async::Task<> look();
  using Handles = std::set<std::string, std::less<>>;

  async::Task<bool> is_over(const session::SessionId& id);
  std::vector<session::SessionId> under_way() const;
  // Those of the sessions under way with these ids.
  Handles handles_of(const std::vector<session::SessionId>& ids) const;
  // Leaves those that go on under another id.
  void remove_the_moved(Handles& handles) const;
  void end(const Handles& handles);

  async::EventLoop& loop_;
  Commons& commons_;
  async::ListNode entries_;
  async::TaskGroup housekeeping_;
};

}  // namespace sallyport::inbound
