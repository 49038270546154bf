#pragma once

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

// Sessions and their cookie. A session is found by the cookie alone, never by anything of TLS or the connection.
class Sessions {
 public:
  explicit Sessions(Commons& commons) : commons_(commons) {}

  // Every doubt (no cookie, two cookies, a store that does not answer, a session that is over) is "nobody".
  async::Task<Visitor> resume(exchange::Exchange& x, const Snapshot& snapshot);
  // A session for a visitor who is about to log in; its cookie goes out with the answer.
  async::Task<Visitor> begin(exchange::Exchange& x, const Snapshot& snapshot);
  // Puts another value in the session's place, same id; false if somebody else was quicker.
  async::Task<bool> update(Visitor& visitor, session::Session next);
  // After a login: another credential, another id, the old one is dead (attacks F1, F2). A visitor without a session gets
  // one. False if the session changed meanwhile, `said_by` is not the registry that counts now, or the store does not
  // answer.
  async::Task<bool> log_in(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                           login::CredentialPtr credential, const login::PasswordRegistry& said_by);
  async::Task<> end(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);

 private:
  void send_cookie(exchange::Exchange& x, const Snapshot& snapshot, const session::SessionId& id) const;

  Commons& commons_;
};

}  // namespace sallyport::inbound
