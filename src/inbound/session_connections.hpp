#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "async/list.hpp"
#include "base/clock.hpp"
#include "session/session_id.hpp"

namespace sallyport::inbound {

// What tickets are armed for, and how long.
struct Arming {
  std::string purpose;
  TimePoint until;
};

// The connections of one worker's clients, and which session's cookie came last by each of them. A session is not bound
// to them; whoever ends them makes its browser open others. Loop-local.
class SessionConnections {
 public:
  class Entry : private async::ListNode {
   public:
    // `all` must outlive it.
    explicit Entry(SessionConnections& all) { link_before(all.entries_); }

    // A request has come with the cookie of this session. Costs a comparison as long as it is the same one.
    void carries(const session::SessionId& id) {
      if (!session_ || !(*session_ == id)) session_ = id;
    }
    // Finishes what is under way, and ends; at once if there is nothing.
    virtual void drain() = 0;
    // Whoever shows a ticket of this connection from now on is asked for a certificate, see tls::TicketTable. False: it has
    // none, or its clients may not be asked.
    virtual bool arm(const std::string& purpose, TimePoint until) = 0;

   protected:
    ~Entry() = default;

   private:
    friend class SessionConnections;
    std::optional<session::SessionId> session_;
  };

  // Those of this session; their tickets are armed first if there is an arming.
  void drain(const session::SessionId& id, const std::optional<Arming>& arming) {
    visit([&](Entry& entry) {
      if (!entry.session_ || !(*entry.session_ == id)) return;
      if (arming) entry.arm(arming->purpose, arming->until);
      entry.drain();
    });
  }
  void drain_all() {
    visit([](Entry& entry) { entry.drain(); });
  }

 private:
  template <class Visit>
  void visit(Visit visit_one) {
    for (async::ListNode* node = entries_.next(); node != &entries_;) {
      Entry& entry = *static_cast<Entry*>(node);
      node = node->next();
      visit_one(entry);
    }
  }

  async::ListNode entries_;
};

// The same for the connections of all workers. Thread-safe.
class SessionDrains {
 public:
  using Drain = std::function<void(const session::SessionId&, const std::optional<Arming>&)>;

  // `drain` is called by any thread: it posts to the worker's loop. Until remove().
  void add(const void* worker, Drain drain) {
    const std::lock_guard lock(mutex_);
    workers_[worker] = std::move(drain);
  }
  void remove(const void* worker) {
    const std::lock_guard lock(mutex_);
    workers_.erase(worker);
  }
  void drain(const session::SessionId& id, const std::optional<Arming>& arming = std::nullopt) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [worker, drain] : workers_) drain(id, arming);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<const void*, Drain> workers_;
};

}  // namespace sallyport::inbound
