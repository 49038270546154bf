#include "inbound/session_watch.hpp"

#include <algorithm>

namespace sallyport::inbound {
namespace {

constexpr auto kInterval = std::chrono::seconds(1);

}  // namespace

SessionWatch::Entry::Entry(SessionWatch& watch, const Visitor& visitor, exchange::Exchange& x)
    : visitor_(visitor), x_(x) {
  if (visitor.id && visitor.subject().is_authenticated()) link_before(watch.entries_);
}

SessionWatch::SessionWatch(async::Context context, Commons& commons)
    : loop_(*context.loop), commons_(commons), housekeeping_(context) {
  housekeeping_.spawn(look());
}

// Each id once.
std::vector<session::SessionId> SessionWatch::under_way() const {
  std::vector<session::SessionId> ids;
  for (async::ListNode* node = entries_.next(); node != &entries_; node = node->next()) {
    const Entry& entry = *static_cast<Entry*>(node);
    if (entry.x_.response_begun()) ids.push_back(entry.id());
  }
  std::sort(ids.begin(), ids.end(), [](const auto& a, const auto& b) { return a.bytes() < b.bytes(); });
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

SessionWatch::Handles SessionWatch::handles_of(const std::vector<session::SessionId>& ids) const {
  Handles handles;
  for (async::ListNode* node = entries_.next(); node != &entries_; node = node->next()) {
    const Entry& entry = *static_cast<Entry*>(node);
    if (std::find(ids.begin(), ids.end(), entry.id()) != ids.end()) handles.insert(entry.handle());
  }
  return handles;
}

// A step-up, or the end of a level, gives a session another id; what was permitted before goes on. Rare, and so is this
// look at all sessions.
void SessionWatch::remove_the_moved(Handles& handles) const {
  session::Limits limits = commons_.published.get()->session_limits;
  limits.inactivity = Duration::zero();
  for (const auto& session : commons_.sessions.with_handles(handles)) {
    if (session::is_left_behind(*session)) continue;
    if (session::judge(*session, loop_.now(), limits) == session::Verdict::live) handles.erase(session->handle);
  }
}

// Whoever waits for a stream that is cut is only posted: the list stays as it is meanwhile.
void SessionWatch::end(const Handles& handles) {
  for (async::ListNode* node = entries_.next(); node != &entries_; node = node->next()) {
    const Entry& entry = *static_cast<Entry*>(node);
    if (handles.contains(entry.handle()) && entry.x_.response_begun()) entry.x_.cut("the session has ended");
  }
}

async::Task<bool> SessionWatch::is_over(const session::SessionId& id) {
  const Result<store::SessionPtr> found = co_await commons_.sessions.find(id);
  // A store that does not answer says nothing about the session; new requests are nobody's meanwhile.
  if (!found) co_return false;
  if (!*found) co_return true;
  session::Limits limits = commons_.published.get()->session_limits;
  limits.inactivity = Duration::zero();
  co_return session::judge(**found, loop_.now(), limits) != session::Verdict::live;
}

async::Task<> SessionWatch::look() {
  for (;;) {
    const async::Deadline soon = loop_.in(kInterval);
    const async::Outcome outcome = co_await async::SleepUntil(soon);
    if (outcome == async::Outcome::canceled) co_return;
    const std::vector<session::SessionId> ids = under_way();
    std::vector<session::SessionId> gone;
    for (const session::SessionId& id : ids) {
      const bool over = co_await is_over(id);
      if (over) gone.push_back(id);
    }
    if (gone.empty()) continue;
    Handles handles = handles_of(gone);
    remove_the_moved(handles);
    end(handles);
  }
}

}  // namespace sallyport::inbound
