#include "server/user_recheck.hpp"

#include <algorithm>

#include "login/ldap_servers.hpp"
#include "login/same_user.hpp"

namespace sallyport::server {
namespace {

using std::chrono::milliseconds;

constexpr int kInFlight = 2;
constexpr auto kPatience = std::chrono::seconds(15);
constexpr auto kRetryAfter = std::chrono::seconds(5);  // while nobody answers
constexpr Duration kLongestGap = milliseconds(10);     // between two questions of one of those in flight
constexpr Duration kLongestTick = std::chrono::seconds(1);
constexpr Duration kShortestTick = milliseconds(100);

bool is_of(const session::Session& session, std::string_view folded_user, TimePoint asked) {
  // Who has logged in since the question was put is not meant by its answer.
  return session.subject.is_authenticated() && session.authenticated <= asked &&
         session.subject.credential().user().folded() == folded_user;
}

}  // namespace

async::Task<> UserRecheck::run() {
  const async::Context here = co_await async::CurrentContext();
  async::TaskGroup questions(here);
  for (int i = 0; i < kInFlight; ++i) questions.spawn(ask_on());
  seen_until_ = here.loop->now();
  for (;;) {
    const std::shared_ptr<const inbound::Snapshot> snapshot = published_.get();
    const config::Settings& settings = *snapshot->settings;
    const bool is_on = settings.registry.type == config::RegistryType::ldap;
    interval_ = is_on ? Duration(settings.ldap.user_recheck_interval) : Duration::zero();
    const Duration tick = interval_ == Duration::zero() ? kLongestTick
                                                        : std::clamp(interval_ / 10, kShortestTick, kLongestTick);
    if (interval_ > Duration::zero()) {
      collect(here.loop->now(), interval_, tick);
    } else {
      waiting_.clear();
      order_.clear();
      looked_at_.clear();
      seen_until_ = here.loop->now();
    }
    const async::Outcome outcome = co_await async::SleepUntil(here.loop->in(tick));
    if (outcome == async::Outcome::canceled) co_return;
  }
}

void UserRecheck::collect(TimePoint now, Duration interval, Duration tick) {
  if (now < suspended_until_) return;
  const TimePoint since = seen_until_;
  seen_until_ = now;
  for (store::SessionPtr& session : parts_.sessions().active_since(since)) {
    const auto looked = looked_at_.find(session->handle);
    TimePoint last = session->authenticated;
    if (looked != looked_at_.end()) last = std::max(last, looked->second);
    // One tick early: the change has to count at the end of the interval.
    if (now - last + tick < interval) continue;
    looked_at_[session->handle] = now;
    const identity::Name& user = session->subject.credential().user();
    Question& question = waiting_[std::string(user.folded())];
    if (question.sessions.empty()) {
      question.user = user.text();
      order_.emplace_back(user.folded());
    }
    question.sessions.push_back(std::move(session));
  }
  if (!order_.empty()) asked_.wake_all();
  if (now - purged_ < interval) return;
  purged_ = now;
  // A session that was looked at longer ago is due by that alone.
  std::erase_if(looked_at_, [&](const auto& entry) { return now - entry.second > 2 * interval; });
}

// One of those that put questions, one after the other.
async::Task<> UserRecheck::ask_on() {
  const async::Context here = co_await async::CurrentContext();
  for (;;) {
    while (order_.empty()) {
      const async::Outcome outcome = co_await asked_.wait(async::Deadline::never());
      if (outcome == async::Outcome::canceled) co_return;
    }
    const auto first = waiting_.find(order_.front());
    Question question = std::move(first->second);
    waiting_.erase(first);
    order_.pop_front();
    question.asked = here.loop->now();
    const std::shared_ptr<login::PasswordRegistry> registry = published_.get()->registry;
    const async::Deadline deadline = here.loop->in(kPatience);
    const Result<login::CredentialPtr> answer = co_await registry->look_up(question.user, deadline);
    if (published_.get()->registry == registry) {
      settle(question, answer, here.loop->now());
    } else {
      forget(question);  // the answer of a directory that is not asked any more
    }
    // A long queue is worked off within the interval, a short one without haste.
    const Duration gap = interval_ / static_cast<Duration::rep>(order_.size() + 1);
    const async::Deadline next = here.loop->in(std::min(gap, kLongestGap));
    const async::Outcome outcome = co_await async::SleepUntil(next);
    if (outcome == async::Outcome::canceled) co_return;
  }
}

void UserRecheck::settle(const Question& question, const Result<login::CredentialPtr>& answer, TimePoint now) {
  if (!answer && login::is_trouble(answer.error())) {
    forget(question);
    suspend(answer.error(), now);
    return;
  }
  if (is_suspended_) {
    is_suspended_ = false;
    parts_.logs().event(log::Level::notice, "user-recheck-resumed", "users are looked at again");
  }
  if (!answer) {
    const Errc code = answer.error().code;
    end_sessions(question, code == Errc::not_found ? "user-gone"
                           : code == Errc::denied  ? "account-not-valid"
                                                   : "user-not-readable");
    return;
  }
  const auto differs = [&](const store::SessionPtr& session) {
    return login::standing_of(session->subject.credential(), **answer) != login::Standing::same;
  };
  if (std::any_of(question.sessions.begin(), question.sessions.end(), differs)) {
    refresh_sessions(question, **answer);
  }
}

// Those who were not looked at are due again with their next request.
void UserRecheck::forget(const Question& question) {
  for (const auto& session : question.sessions) looked_at_.erase(session->handle);
}

void UserRecheck::suspend(const Error& reason, TimePoint now) {
  for (const auto& [user, question] : waiting_) forget(question);
  waiting_.clear();
  order_.clear();
  suspended_until_ = now + std::min<Duration>(kRetryAfter, interval_);
  if (is_suspended_) return;
  is_suspended_ = true;
  parts_.logs().event(log::Level::warning, "user-recheck-suspended",
                      "sessions go on, but changes in the directory do not count: " + reason.to_string());
}

void UserRecheck::end_sessions(const Question& question, std::string_view reason) {
  const auto name = identity::Name::make(question.user);
  const auto ends = [&](const session::Session& session) {
    if (!name || !is_of(session, name->folded(), question.asked)) return false;
    audit(session, "terminate", reason);
    return true;
  };
  parts_.sessions().erase_if(ends);
}

void UserRecheck::refresh_sessions(const Question& question, const identity::Credential& now) {
  const std::string_view user = now.user().folded();
  const auto is_over = [&](const session::Session& session) {
    if (!is_of(session, user, question.asked)) return false;
    if (login::standing_of(session.subject.credential(), now) != login::Standing::other_user) return false;
    audit(session, "terminate", "password-changed");
    return true;
  };
  parts_.sessions().erase_if(is_over);
  const auto next = [&](const store::SessionPtr& session) -> store::SessionPtr {
    if (!is_of(*session, user, question.asked)) return nullptr;
    if (login::standing_of(session->subject.credential(), now) != login::Standing::changed) return nullptr;
    const auto renew = [&](const identity::Credential& old) {
      auto credential = login::refreshed(old, now);
      return credential ? std::move(*credential) : nullptr;
    };
    auto renewed = session::with_renewed(*session, renew);
    if (!renewed) return nullptr;  // they were made of credentials
    audit(*session, "refresh", "user-changed");
    return std::make_shared<const session::Session>(std::move(*renewed));
  };
  parts_.sessions().replace_if(next);
}

void UserRecheck::audit(const session::Session& session, std::string_view action, std::string_view reason) {
  log::AuditRecord record;
  record.time = wall_now();
  record.event = "session";
  record.action = action;
  record.reason = reason;
  record.user = session.subject.name();
  record.session = session.handle;
  parts_.logs().audit(record);
}

}  // namespace sallyport::server
