#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/snapshot.hpp"
#include "async/task_group.hpp"
#include "inbound/snapshot.hpp"
#include "server/live_parts.hpp"

namespace sallyport::server {

// Looks again at users who are logged in and at work, as [ldap] user-recheck-interval says, so that what changes in a
// directory counts without a new login (attack F12). A session is due when it has been used and its user was last looked
// at, or has logged in, an interval ago: so the questions are spread as the logins were. Two at a time at most go to the
// directory, each on the directory's own threads. While nobody answers, sessions stay as they are.
//
// Loop-local; the sessions' store and the logs are those of all workers.
class UserRecheck {
 public:
  UserRecheck(LiveParts& parts, const async::Published<inbound::Snapshot>& published)
      : parts_(parts), published_(published) {}

  // Until it is canceled.
  async::Task<> run();

 private:
  // One user, and his sessions that are due.
  struct Question {
    std::string user;
    std::vector<store::SessionPtr> sessions;
    TimePoint asked{};
  };

  async::Task<> ask_on();
  void collect(TimePoint now, Duration interval, Duration tick);
  void settle(const Question& question, const Result<login::CredentialPtr>& answer, TimePoint now);
  void suspend(const Error& reason, TimePoint now);
  void forget(const Question& question);
  void end_sessions(const Question& question, std::string_view reason);
  void refresh_sessions(const Question& question, const identity::Credential& now);
  void audit(const session::Session& session, std::string_view action, std::string_view reason);

  LiveParts& parts_;
  const async::Published<inbound::Snapshot>& published_;
  std::map<std::string, Question> waiting_;  // by the user's folded name
  std::deque<std::string> order_;            // of waiting_
  std::unordered_map<std::string, TimePoint> looked_at_;  // by Session::handle; when its question was put
  async::Signal asked_;
  Duration interval_{};
  TimePoint seen_until_{};       // uses of sessions up to then have been looked at
  TimePoint purged_{};
  TimePoint suspended_until_{};
  bool is_suspended_ = false;
};

}  // namespace sallyport::server
