#include "inbound/sessions.hpp"

#include "base/encoding.hpp"
#include "crypto/random.hpp"

namespace sallyport::inbound {
namespace {

// A session is written anew for its last use at most this often: a busy one is not copied for each request.
constexpr auto kTouchEvery = std::chrono::seconds(1);
// How long an old id gives the level that it gave: what a browser sent before it knew the new one is there by then.
constexpr auto kGrace = std::chrono::seconds(5);
// How often a change is tried while other requests of the same session change it too.
constexpr int kTries = 8;

session::SessionId new_id() { return *session::SessionId::from_bytes(crypto::random_bytes(session::SessionId::kBytes)); }
std::string new_handle() { return base64url_encoded(crypto::random_bytes(15)); }
Secret new_form_token() { return Secret::take(base64url_encoded(crypto::random_bytes(24))); }

using SharedSession = std::shared_ptr<const session::Session>;

SharedSession shared(session::Session value) { return std::make_shared<const session::Session>(std::move(value)); }

// For requests that were on their way when the session got another id.
SharedSession for_late_ones(const session::Session& session, TimePoint now) {
  return shared(session::left_behind(session, now + kGrace));
}

// The same session, of the same user by the same proof, in the same step-up: what was judged of one holds for the other.
bool is_same_state(const session::Session& a, const session::Session& b) {
  return a.handle == b.handle && a.authenticated == b.authenticated && a.wanted_level == b.wanted_level &&
         session::is_left_behind(a) == session::is_left_behind(b);
}

}  // namespace

async::Task<Visitor> Sessions::resume(exchange::Exchange& x, const Snapshot& snapshot,
                                      std::optional<session::SessionId> given) {
  Visitor visitor;
  const session::SessionCookie::Found cookie = snapshot.session_cookie.find(x.request().headers);
  visitor.stale_cookie = cookie.id || cookie.is_ambiguous || cookie.is_garbage;
  if (cookie.is_ambiguous) {
    // Somebody planted a second one, and which of them is true nobody can tell (attack B11).
    log::AuditRecord record = x.audit_record("session", "resume", log::Outcome::failure);
    record.reason = "two-session-cookies";
    commons_.logs.audit(record);
    co_return visitor;
  }
  const std::optional<session::SessionId>& id = visitor.stale_cookie ? cookie.id : given;
  if (!id) co_return visitor;
  Result<store::SessionPtr> found = co_await commons_.sessions.find(*id);
  if (!found || !*found) co_return visitor;
  const TimePoint now = x.loop().now();
  if (session::judge(**found, now, snapshot.session_limits) != session::Verdict::live) {
    co_await commons_.sessions.erase(*id);
    co_return visitor;
  }
  visitor.id = id;
  visitor.session = std::move(*found);
  if (session::has_lapsed(*visitor.session, now, snapshot.level_lifetimes)) {
    const bool stepped_down = co_await step_down(x, snapshot, visitor);
    if (!stepped_down) {
      visitor = Visitor();
      visitor.stale_cookie = cookie.id.has_value();
      co_return visitor;
    }
  } else if (!cookie.id) {
    send_cookie(x, snapshot, *id);
  }
  visitor.stale_cookie = false;
  if (now - visitor.session->last_active >= kTouchEvery) {
    auto next = std::make_shared<const session::Session>(session::touched(*visitor.session, now));
    const Result<bool> replaced = co_await commons_.sessions.replace(*visitor.id, visitor.session, next);
    if (replaced && *replaced) visitor.session = std::move(next);
  }
  co_return visitor;
}

void Sessions::send_cookie(exchange::Exchange& x, const Snapshot& snapshot, const session::SessionId& id) const {
  x.add_response_header("Set-Cookie", snapshot.session_cookie.render(id));
}

async::Task<Visitor> Sessions::begin(exchange::Exchange& x, const Snapshot& snapshot) {
  Visitor visitor;
  const session::SessionId id = new_id();
  auto fresh = std::make_shared<const session::Session>(
      session::begin(new_handle(), new_form_token(), x.loop().now()));
  const Result<> inserted = co_await commons_.sessions.insert(id, fresh);
  if (!inserted) co_return visitor;
  visitor.id = id;
  visitor.session = std::move(fresh);
  send_cookie(x, snapshot, id);
  co_return visitor;
}

// After somebody else was quicker; false if what is there now is another session or another user's.
async::Task<bool> Sessions::look_again(Visitor& visitor) {
  const Result<store::SessionPtr> found = co_await commons_.sessions.find(*visitor.id);
  if (!found || !*found || !is_same_state(**found, *visitor.session)) co_return false;
  visitor.session = *found;
  co_return true;
}

async::Task<bool> Sessions::change(Visitor& visitor, const Change& change) {
  if (!visitor.session) co_return false;
  for (int tries = 0; tries < kTries; ++tries) {
    auto next = change(*visitor.session);
    if (!next) co_return false;
    auto value = shared(std::move(*next));
    const Result<bool> replaced = co_await commons_.sessions.replace(*visitor.id, visitor.session, value);
    if (!replaced) co_return false;
    if (*replaced) {
      visitor.session = std::move(value);
      co_return true;
    }
    const bool is_there = co_await look_again(visitor);
    if (!is_there) co_return false;
  }
  co_return false;
}

// The user's level is over. Of several requests at once one makes the new session, the others get what it has left under
// the old id.
async::Task<bool> Sessions::step_down(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor) {
  const TimePoint now = x.loop().now();
  for (int tries = 0; tries < kTries; ++tries) {
    if (session::is_left_behind(*visitor.session)) co_return false;
    const store::SessionPtr before = visitor.session;
    auto value = shared(session::lapsed(*before, new_handle(), new_form_token(), now, snapshot.level_lifetimes));
    SharedSession left;
    if (value->subject.is_authenticated()) left = for_late_ones(*value, now);
    const session::SessionId id = new_id();
    const Result<bool> rekeyed = co_await commons_.sessions.rekey(*visitor.id, id, before, value, left);
    if (!rekeyed) co_return false;
    if (*rekeyed) {
      visitor.session = std::move(value);
      visitor.id = id;
      send_cookie(x, snapshot, id);
      log::AuditRecord record = x.audit_record("session", "level-lapsed", log::Outcome::success);
      record.user = before->subject.name();
      record.session = before->handle;
      const std::string detail = "level " + std::to_string(before->subject.level()) + " is over, level " +
                                 std::to_string(visitor.session->subject.level()) + " counts";
      record.detail = detail;
      commons_.logs.audit(record);
      co_return true;
    }
    const Result<store::SessionPtr> found = co_await commons_.sessions.find(*visitor.id);
    if (!found || !*found) co_return false;
    visitor.session = *found;
    if (!session::has_lapsed(*visitor.session, now, snapshot.level_lifetimes)) co_return true;
  }
  co_return false;
}

// The session that is there, with another subject and under another id.
async::Task<bool> Sessions::renew(Visitor& visitor, const session::SessionId& id, const identity::Subject& subject,
                                  TimePoint now) {
  for (int tries = 0; tries < kTries; ++tries) {
    const store::SessionPtr before = visitor.session;
    if (session::is_left_behind(*before)) co_return false;
    auto value = shared(session::authenticated(*before, subject, new_handle(), new_form_token(), now));
    SharedSession left;
    // A visitor's id is dead at once (attack F1), and so is that of another user.
    const bool goes_on = before->subject.is_authenticated() && value->handle == before->handle;
    if (goes_on) left = for_late_ones(*before, now);
    const Result<bool> rekeyed = co_await commons_.sessions.rekey(*visitor.id, id, before, value, left);
    if (!rekeyed) co_return false;
    if (*rekeyed) {
      visitor.session = std::move(value);
      co_return true;
    }
    const bool is_there = co_await look_again(visitor);
    if (!is_there) co_return false;
  }
  co_return false;
}

async::Task<bool> Sessions::log_in(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                   login::CredentialPtr credential, const login::PasswordRegistry& said_by) {
  const TimePoint now = x.loop().now();
  const identity::Subject subject(std::move(credential));
  const session::SessionId id = new_id();
  if (!visitor.session) {
    const session::Session first = session::begin(new_handle(), new_form_token(), now);
    auto value = std::make_shared<const session::Session>(
        session::authenticated(first, subject, new_handle(), new_form_token(), now));
    const Result<> inserted = co_await commons_.sessions.insert(id, value);
    if (!inserted) co_return false;
    visitor.session = std::move(value);
  } else {
    const bool renewed = co_await renew(visitor, id, subject, now);
    if (!renewed) co_return false;
  }
  // Stored first, looked after it: whoever changes the registry publishes it first and ends sessions after it, so that
  // nobody slips in by what is no longer true (attack F12).
  if (commons_.published.get()->registry.get() != &said_by) {
    co_await commons_.sessions.erase(id);
    visitor = Visitor();
    co_return false;
  }
  visitor.id = id;
  send_cookie(x, snapshot, id);
  co_return true;
}

async::Task<> Sessions::end(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor) {
  if (visitor.id) co_await commons_.sessions.erase(*visitor.id);
  // What was left under an id from before must not outlive it (attack F9).
  if (visitor.session && x.loop().now() - visitor.session->moved < kGrace) {
    const std::string handle = visitor.session->handle;
    commons_.sessions.erase_if([&](const session::Session& other) { return other.handle == handle; });
  }
  visitor = Visitor();
  x.add_response_header("Set-Cookie", snapshot.session_cookie.render_removal());
}

}  // namespace sallyport::inbound
