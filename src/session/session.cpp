#include "session/session.hpp"

namespace sallyport::session {
namespace {

bool is_over(TimePoint since, TimePoint now, Duration limit) {
  return limit > Duration::zero() && now - since >= limit;
}

}  // namespace

Verdict judge(const Session& session, TimePoint now, const Limits& limits) {
  const Duration lifetime = session.subject.is_authenticated() ? limits.lifetime : limits.anonymous_lifetime;
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
  Session next = begin(std::move(handle), std::move(form_token), now);
  if (same_user) next.created = session.created;
  if (session.parked && is_for(*session.parked, subject)) next.parked = session.parked;
  next.subject = std::move(subject);
  return next;
}

Session with_subject(const Session& session, identity::Subject subject) {
  Session next = session;
  next.subject = std::move(subject);
  return next;
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
