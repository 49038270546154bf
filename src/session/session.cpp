#include "session/session.hpp"

namespace sallyport::session {
namespace {

// The highest of the proofs from there down that is below the level; null if there is none.
std::shared_ptr<const Proof> highest_below(int level, std::shared_ptr<const Proof> proof) {
  while (proof && proof->subject.level() >= level) proof = proof->before;
  return proof;
}

bool is_over(TimePoint since, TimePoint now, Duration limit) {
  return limit > Duration::zero() && now - since >= limit;
}

Duration lifetime_of(const identity::Subject& subject, const LevelLifetimes& lifetimes) {
  const auto level = static_cast<std::size_t>(subject.level());
  return level < lifetimes.of.size() ? lifetimes.of[level] : Duration::zero();
}

}  // namespace

Verdict judge(const Session& session, TimePoint now, const Limits& limits) {
  const Duration lifetime = session.subject.is_authenticated() ? limits.lifetime : limits.anonymous_lifetime;
  if (now >= session.ends) return Verdict::lifetime_expired;
  if (is_over(session.created, now, lifetime)) return Verdict::lifetime_expired;
  if (is_over(session.last_active, now, limits.inactivity)) return Verdict::idle_expired;
  return Verdict::live;
}

Session begin(std::string handle, Secret form_token, TimePoint now) {
  Session session;
  session.handle = std::move(handle);
  session.form_token = std::move(form_token);
  session.created = session.authenticated = session.last_active = now;
  return session;
}

Session touched(const Session& session, TimePoint now) {
  Session next = session;
  if (now > next.last_active) next.last_active = now;
  return next;
}

Session authenticated(const Session& session, identity::Subject subject, std::string handle, Secret form_token,
                      TimePoint now) {
  const bool same_user = session.subject.is_authenticated() && subject.is_authenticated() &&
                         session.subject.credential().user() == subject.credential().user();
  // The entry is the same one, for administrators too, as long as no other user had it.
  const bool same_entry = same_user || !session.owner().is_authenticated();
  Session next = begin(same_entry ? session.handle : std::move(handle), std::move(form_token), now);
  if (same_user) {
    next.created = session.created;
    next.moved = now;
    auto top = std::make_shared<const Proof>(Proof{session.subject, session.authenticated, session.before});
    next.before = highest_below(subject.level(), std::move(top));
  }
  if (session.parked && is_for(*session.parked, subject)) next.parked = session.parked;
  next.subject = std::move(subject);
  return next;
}

bool has_lapsed(const Session& session, TimePoint now, const LevelLifetimes& lifetimes) {
  return session.subject.is_authenticated() &&
         is_over(session.authenticated, now, lifetime_of(session.subject, lifetimes));
}

Session lapsed(const Session& session, std::string handle, Secret form_token, TimePoint now,
               const LevelLifetimes& lifetimes) {
  const Proof* proof = session.before.get();
  while (proof != nullptr && is_over(proof->proved, now, lifetime_of(proof->subject, lifetimes))) {
    proof = proof->before.get();
  }
  if (proof == nullptr) {
    Session next = begin(std::move(handle), std::move(form_token), now);
    next.parked = session.parked;
    next.before = std::make_shared<const Proof>(Proof{session.subject, session.authenticated, nullptr});
    return next;
  }
  Session next = session;
  next.subject = proof->subject;
  next.authenticated = proof->proved;
  next.before = proof->before;
  next.form_token = std::move(form_token);
  next.moved = now;
  next.wanted_level = 0;
  return next;
}

std::optional<Session> with_renewed(
    const Session& session,
    const std::function<std::shared_ptr<const identity::Credential>(const identity::Credential&)>& renew) {
  Session next = session;
  if (session.subject.is_authenticated()) {
    next.subject = identity::Subject(renew(session.subject.credential()));
    if (!next.subject.is_authenticated()) return std::nullopt;
  }
  std::vector<Proof> proofs;
  for (const Proof* proof = session.before.get(); proof != nullptr; proof = proof->before.get()) {
    proofs.push_back({identity::Subject(renew(proof->subject.credential())), proof->proved, nullptr});
    if (!proofs.back().subject.is_authenticated()) return std::nullopt;
  }
  next.before = nullptr;
  for (auto proof = proofs.rbegin(); proof != proofs.rend(); ++proof) {
    proof->before = std::move(next.before);
    next.before = std::make_shared<const Proof>(std::move(*proof));
  }
  return next;
}

Session left_behind(const Session& session, TimePoint ends) {
  Session left = session;
  left.parked = nullptr;
  left.wanted_level = 0;
  left.ends = ends;
  return left;
}

bool is_left_behind(const Session& session) {
  return session.ends != TimePoint::max();
}

Session with_wanted_level(const Session& session, int level) {
  Session next = session;
  next.wanted_level = level;
  return next;
}

bool was_proved_by(const Session& session, std::string_view method) {
  const auto is_by = [method](const identity::Subject& subject) {
    return subject.is_authenticated() && subject.credential().method() == method;
  };
  if (is_by(session.subject)) return true;
  for (const Proof* proof = session.before.get(); proof != nullptr; proof = proof->before.get()) {
    if (is_by(proof->subject)) return true;
  }
  return false;
}

Session with_parked(const Session& session, std::shared_ptr<const ParkedRequest> parked) {
  Session next = session;
  next.parked = std::move(parked);
  return next;
}

bool is_form_token(const Session& session, std::string_view token) {
  return !session.form_token.empty() && equal_in_constant_time(session.form_token.reveal(), token);
}

}  // namespace sallyport::session
