#include "inbound/sessions.hpp"

#include "base/encoding.hpp"
#include "crypto/random.hpp"

namespace sallyport::inbound {
namespace {

// A session is written anew for its last use at most this often: a busy one is not copied for each request.
constexpr auto kTouchEvery = std::chrono::seconds(1);

session::SessionId new_id() { return *session::SessionId::from_bytes(crypto::random_bytes(session::SessionId::kBytes)); }
std::string new_handle() { return base64url_encoded(crypto::random_bytes(15)); }
Secret new_form_token() { return Secret::take(base64url_encoded(crypto::random_bytes(24))); }

}  // namespace

async::Task<Visitor> Sessions::resume(exchange::Exchange& x, const Snapshot& snapshot) {
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
  if (!cookie.id) co_return visitor;
  const session::SessionId& id = *cookie.id;
  const Result<store::SessionPtr> found = co_await commons_.sessions.find(id);
  if (!found || !*found) co_return visitor;
  const TimePoint now = x.loop().now();
  if (session::judge(**found, now, snapshot.session_limits) != session::Verdict::live) {
    co_await commons_.sessions.erase(id);
    co_return visitor;
  }
  visitor.id = id;
  visitor.session = *found;
  visitor.stale_cookie = false;
  if (now - visitor.session->last_active >= kTouchEvery) {
    auto next = std::make_shared<const session::Session>(session::touched(*visitor.session, now));
    const Result<bool> replaced = co_await commons_.sessions.replace(id, visitor.session, next);
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

async::Task<bool> Sessions::update(Visitor& visitor, session::Session next) {
  if (!visitor.session) co_return false;
  auto value = std::make_shared<const session::Session>(std::move(next));
  const Result<bool> replaced = co_await commons_.sessions.replace(*visitor.id, visitor.session, value);
  if (!replaced || !*replaced) co_return false;
  visitor.session = std::move(value);
  co_return true;
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
    auto value = std::make_shared<const session::Session>(
        session::authenticated(*visitor.session, subject, new_handle(), new_form_token(), now));
    const Result<bool> rekeyed = co_await commons_.sessions.rekey(*visitor.id, id, visitor.session, value);
    if (!rekeyed || !*rekeyed) co_return false;
    visitor.session = std::move(value);
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
  visitor = Visitor();
  x.add_response_header("Set-Cookie", snapshot.session_cookie.render_removal());
}

}  // namespace sallyport::inbound
