// session: what is remembered of one browser between its requests, and for how long. Comes in: a subject, a time,
// random bytes. Goes out: session values, cookies, a verdict about age. It owns nothing: a Session is a value that
// never changes, a store replaces one by the next. It may not know TLS, connections or the store; a session never
// hangs on any of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "identity/credential.hpp"
#include "session/parked_request.hpp"

namespace sallyport::session {

// A login that succeeded, and when.
struct Proof {
  identity::Subject subject;
  TimePoint proved{};
  std::shared_ptr<const Proof> before;  // of a lower level; null if there is none
};

// One entry of the session store, held as shared_ptr<const Session>. The functions below make the next value out of
// it. An anonymous one exists only while a login is going on.
struct Session {
  std::string handle;  // the name that administrators use ("user session id"); random, gives no access
  identity::Subject subject;
  TimePoint created{};        // when its lifetime began
  TimePoint authenticated{};  // when `subject` was proved; `created` while anonymous
  TimePoint last_active{};
  Secret form_token;                            // what our own forms must send back
  std::shared_ptr<const ParkedRequest> parked;  // the request that a login interrupted; may be null
  // What was proved before a step-up, and counts again when the higher level lapses. Of an anonymous session: who has to
  // log in again, because nothing that he proved counts any more. Null mostly.
  std::shared_ptr<const Proof> before;
  TimePoint moved{};                  // when it went on under another id, with the same handle; long ago if never
  TimePoint ends = TimePoint::max();  // of what was left behind under an old id, see left_behind()
  int wanted_level = 0;               // that a step-up was begun for; 0: none

  // Whose session it is, whether that has to be proved again or not; anonymous if it is nobody's.
  const identity::Subject& owner() const { return before && !subject.is_authenticated() ? before->subject : subject; }
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

// How long each level lasts after it was proved, by its number; zero, as for levels behind the end: as long as the
// session.
struct LevelLifetimes {
  std::vector<Duration> of;
};

// Whether the level of the session's user is over, each level by a clock of its own (attack case F5).
bool has_lapsed(const Session& session, TimePoint now, const LevelLifetimes& lifetimes);

// The session after that; it must get a new SessionId with it (attack case F2). It falls back to the highest level below
// that was proved and still lasts; if there is none, it is anonymous, with a new handle and a new life, and knows whose
// it was. What is parked stays parked.
Session lapsed(const Session& session, std::string handle, Secret form_token, TimePoint now,
               const LevelLifetimes& lifetimes);

// The session after a login, step-up or reauthentication has succeeded; it must get a new SessionId with it (attack
// cases F1, F2). For another user than before it is a new beginning: a new handle, a new lifetime, and nothing parked for
// the other one stays. For the same user handle and lifetime go on; for one after nobody the handle. Its level is the new one and no other (attack case
// F5); what was proved at lower levels is remembered.
Session authenticated(const Session& session, identity::Subject subject, std::string handle, Secret form_token,
                      TimePoint now);

// The session after its user's credentials, that which counts and those that may count again, were made anew without a
// login: groups or attributes have changed. Nothing if `renew` has a null for one of them.
std::optional<Session> with_renewed(
    const Session& session,
    const std::function<std::shared_ptr<const identity::Credential>(const identity::Credential&)>& renew);

// What may stay under the old id when a session goes on under a new one: the same until `ends`, for requests that were
// on their way when the id changed, and with nothing parked. It must never be put under another id.
Session left_behind(const Session& session, TimePoint ends);
bool is_left_behind(const Session& session);

// Whether its user, at whatever level, has logged in or stepped up by this method.
bool was_proved_by(const Session& session, std::string_view method);

// The session with another parked request, or with none.
Session with_parked(const Session& session, std::shared_ptr<const ParkedRequest> parked);

// The session when a step-up to this level begins; 0: none is going on any more.
Session with_wanted_level(const Session& session, int level);

// What a form sent back is the session's own token; in constant time. Never true for an empty token.
bool is_form_token(const Session& session, std::string_view token);

}  // namespace sallyport::session
