#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "login/ldap_connection.hpp"
#include "login/ldap_health.hpp"

namespace sallyport::login {

struct LdapServersOptions {
  std::vector<LdapLink> links;  // the preferred server first
  std::string bind_dn;          // of the service account; empty: searches are anonymous
  Secret bind_password;
  std::string probe_base;                           // an entry that every server has
  Duration connect_timeout{};                       // TCP and TLS
  Duration operation_timeout{};                     // one bind or search
  Duration retry_interval{};                        // of a server that failed
  Duration idle_timeout = std::chrono::minutes(1);  // of a connection
  std::size_t max_connections = 2;                  // to all servers; two for each caller of `ask` at a time
};

// How long somebody waits, and whether he still does. Copies share the latter.
class LdapPatience {
 public:
  explicit LdapPatience(TimePoint end) : end_(end), wanted_(std::make_shared<std::atomic<bool>>(true)) {}

  void give_up() { wanted_->store(false); }
  bool has_given_up() const { return !wanted_->load(); }
  bool is_over() const { return has_given_up() || left() <= Duration::zero(); }
  Duration left() const { return end_ - std::chrono::steady_clock::now(); }
  // The end of a step that begins now.
  TimePoint step(Duration longest) const { return std::min(end_, std::chrono::steady_clock::now() + longest); }

 private:
  TimePoint end_;
  std::shared_ptr<std::atomic<bool>> wanted_;
};

class LdapServers;

// One server, as one login uses it: the service account searches on one connection, passwords are tried on another one,
// so that rights of the one never serve the other. Connections come from the pool and go back there. Not thread-safe.
class LdapSession {
 public:
  LdapSession(LdapServers& servers, std::size_t server, LdapPatience patience)
      : servers_(servers), server_(server), patience_(std::move(patience)) {}
  ~LdapSession();
  LdapSession(const LdapSession&) = delete;
  LdapSession& operator=(const LdapSession&) = delete;

  // By the service account. Errors: as of LdapConnection; unavailable, if the account is refused.
  Result<LdapAnswer> search(const LdapQuery& query);
  // By the service account. Errors: as of LdapConnection; unavailable, if the account is refused.
  Result<> change_value(const std::string& dn, const std::string& attribute, const Secret& before, const Secret& after);
  // Whether this is the password of the entry. Errors: as of LdapConnection.
  Result<bool> check_password(const std::string& dn, const Secret& password);

 private:
  enum class Use : std::uint8_t { search, password };
  struct Line {
    std::unique_ptr<LdapConnection> connection;
    bool was_idle = false;
  };
  friend class LdapServers;

  template <class Ask>
  auto ask_on(Line& line, Use use, const Ask& ask) -> decltype(ask(*line.connection));

  LdapServers& servers_;
  std::size_t server_;
  LdapPatience patience_;
  Line search_;
  Line password_;
};

// The directory's servers: which of them are well, and the idle connections to them. Thread-safe; everything but
// `claim_due` blocks.
class LdapServers {
 public:
  // Told, on any thread, when a server fails, with the reason, and when it is back, with none.
  using Observer = std::function<void(const std::string& url, const Error* reason)>;

  LdapServers(LdapServersOptions options, Observer observer);

  // Asks the best server, and the next one if that is in trouble; what `ask` returns is the answer if it says something
  // about the question: a value, or an error of the kinds malformed, not_found, denied and already_exists. Errors: those, or the last
  // server's trouble; timeout, when the patience is over; unavailable, when all servers are down.
  template <class T>
  Result<T> ask(const std::function<Result<T>(LdapSession&)>& question, const LdapPatience& patience);

  // A server that failed a while ago and should be tried again now, by `probe`, which must follow, or `release`.
  std::optional<LdapHealth::Turn> claim_due();
  void probe(const LdapHealth::Turn& turn);
  void release(const LdapHealth::Turn& turn);

 private:
  friend class LdapSession;
  struct Idle {
    std::size_t server;
    LdapSession::Use use;
    TimePoint since;
    std::unique_ptr<LdapConnection> connection;
  };

  std::optional<LdapHealth::Turn> next(const std::vector<bool>& tried);
  bool is_enough(const LdapPatience& patience) const;
  // True: another server may be asked. `had_time`: the patience at the beginning of the turn was enough.
  bool settle(const LdapHealth::Turn& turn, const Error* error, const LdapPatience& patience, bool had_time);
  Result<LdapSession::Line> take(std::size_t server, LdapSession::Use use, const LdapPatience& patience);
  Result<std::unique_ptr<LdapConnection>> open(std::size_t server, LdapSession::Use use, const LdapPatience& patience);
  std::unique_ptr<LdapConnection> take_idle(std::size_t server, LdapSession::Use use);
  void make_room();
  void give_back(std::size_t server, LdapSession::Use use, std::unique_ptr<LdapConnection> connection);
  void discard(std::unique_ptr<LdapConnection> connection);
  void drop_idle(std::size_t server);

  const LdapServersOptions options_;
  const Observer observer_;
  std::mutex mutex_;
  LdapHealth health_;
  std::vector<Idle> idle_;  // the one that has been idle for the longest time first
  std::size_t open_ = 0;    // connections, in use or idle
};

// Whether the server is to blame for an error, and not the question.
bool is_trouble(const Error& error);

template <class T>
Result<T> LdapServers::ask(const std::function<Result<T>(LdapSession&)>& question, const LdapPatience& patience) {
  std::vector<bool> tried(options_.links.size(), false);
  Error last(Errc::unavailable, "all directory servers are down", Side::directory);
  while (const auto turn = next(tried)) {
    tried[turn->server] = true;
    const bool had_time = is_enough(patience);
    LdapSession session(*this, turn->server, patience);
    Result<T> answer = question(session);
    if (!settle(*turn, answer ? nullptr : &answer.error(), patience, had_time)) return answer;
    last = answer.error();
  }
  return fail(std::move(last));
}

}  // namespace sallyport::login
