// session: what is remembered of one browser between its requests, and for how long. Comes in: a subject, a time,
// random bytes. Goes out: session values, cookies, a verdict about age. It owns nothing: a Session is a value that
// never changes, a store replaces one by the next. It may not know TLS, connections or the store; a session never
// hangs on any of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "identity/credential.hpp"
#include "session/parked_request.hpp"

namespace sallyport::session {

// One entry of the session store, held as shared_ptr<const Session>. The functions below make the next value out of
// it. An anonymous one exists only while a login is going on.
struct Session {
  std::string handle;  // the name that administrators use ("user session id"); random, gives no access
  identity::Subject subject;
  TimePoint created{};        // when its lifetime began
  TimePoint authenticated{};  // when the last login or step-up succeeded; `created` while anonymous
  TimePoint last_active{};
  Secret form_token;                            // what our own forms must send back
  std::shared_ptr<const ParkedRequest> parked;  // the request that a login interrupted; may be null
};

// How long sessions live; zero is "no limit".
struct Limits {
  Duration lifetime{};            // after the login
  Duration inactivity{};          // after the last request
  Duration anonymous_lifetime{};  // of a session that nobody has logged in to yet
};

enum class Verdict : std::uint8_t { live, idle_expired, lifetime_expired };

// Whether the session may still be used. The end of its lifetime is told rather than idleness, if both are over.
Verdict judge(const Session& session, TimePoint now, const Limits& limits);

// A session for a visitor who has to log in. `handle` and `form_token` are random texts made by the caller.
Session begin(std::string handle, Secret form_token, TimePoint now);

// The same session after a request.
Session touched(const Session& session, TimePoint now);

// The session after a login, step-up or reauthentication has succeeded; it must get a new SessionId with it (attack
// cases F1, F2). For another user than before it is a new beginning: a new lifetime, and nothing parked for the other
// one stays. For the same user the lifetime goes on.
Session authenticated(const Session& session, identity::Subject subject, std::string handle, Secret form_token,
                      TimePoint now);

// The session after its user's credential was made anew without a login: groups or attributes have changed.
Session with_subject(const Session& session, identity::Subject subject);

// The session with another parked request, or with none.
Session with_parked(const Session& session, std::shared_ptr<const ParkedRequest> parked);

// What a form sent back is the session's own token; in constant time. Never true for an empty token.
bool is_form_token(const Session& session, std::string_view token);

}  // namespace sallyport::session
