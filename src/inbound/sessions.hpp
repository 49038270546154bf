#pragma once

#include <functional>
#include <optional>
#include <string>

#include "exchange/exchange.hpp"
#include "inbound/commons.hpp"
#include "session/session_id.hpp"

namespace sallyport::inbound {

// Who a request comes from, as far as its session cookie says.
struct Visitor {
  std::optional<session::SessionId> id;  // with `session` only
  store::SessionPtr session;             // null: no session
  bool stale_cookie = false;             // a cookie came that belongs to no session

  const identity::Subject& subject() const { return session ? session->subject : kNobody; }

 private:
  inline static const identity::Subject kNobody;
};

// Sessions and their cookie. A session is found by the cookie alone, never by anything of TLS. The one exception are
// clients that keep no cookies and have shown a certificate in the handshake: see resume().
class Sessions {
 public:
  explicit Sessions(Commons& commons) : commons_(commons) {}

  // What to make of the session that is there; nothing: leave it.
  using Change = std::function<std::optional<session::Session>(const session::Session&)>;

  // Falls back to what still counts when the user's level has lapsed, under another id. Every doubt (no cookie, two
  // cookies, a store that does not answer, a session that is over) is "nobody".
  // `given`: the session that the certificate of this very connection has made for an earlier request of it, if it has. It
  // is that of a request without a cookie, and its cookie goes out again: otherwise each request of a client that keeps no
  // cookies would be a login, and leave a session behind.
  async::Task<Visitor> resume(exchange::Exchange& x, const Snapshot& snapshot, std::optional<session::SessionId> given);
  // A session for a visitor who is about to log in; its cookie goes out with the answer.
  async::Task<Visitor> begin(exchange::Exchange& x, const Snapshot& snapshot);
  // Puts another value in the session's place, same id. Requests of other tabs change a session too: what they have made
  // of it is changed then. False if there was nothing to change, its user is another one now, or the store does not answer.
  async::Task<bool> change(Visitor& visitor, const Change& change);
  // After a login: another credential, another id, the old one is dead (attacks F1, F2); for the same user it gives for a
  // few seconds what it gave, and no more, to requests that were on their way. A visitor without a session gets one.
  // False if the session changed meanwhile, `said_by` is not the registry that counts now, or the store does not answer.
  async::Task<bool> log_in(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                           login::CredentialPtr credential, const login::PasswordRegistry& said_by);
  async::Task<> end(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);

 private:
  async::Task<bool> renew(Visitor& visitor, const session::SessionId& id, const identity::Subject& subject,
                          TimePoint now);
  async::Task<bool> step_down(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);
  async::Task<bool> look_again(Visitor& visitor);
  void send_cookie(exchange::Exchange& x, const Snapshot& snapshot, const session::SessionId& id) const;

  Commons& commons_;
};

}  // namespace sallyport::inbound
