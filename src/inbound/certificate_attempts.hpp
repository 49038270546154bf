#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "authn/certificate_delivery.hpp"
#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "session/session_id.hpp"

namespace sallyport::inbound {

// Logins by certificate that are under way, of all workers. One of them belongs to a session, by its id: a session that
// gets another id, by a login of another kind, has none any more. It says what is being tried and whom a handshake may
// ask; rights come from it to nobody. Thread-safe.
class CertificateAttempts {
 public:
  // Between two connections of one login.
  static constexpr Duration kStep = std::chrono::seconds(60);

  struct Limits {
    std::size_t most = 10000;                     // at once; the oldest are forgotten
    Duration choice = std::chrono::seconds(300);  // from a question to its answer
    unsigned most_questions = 4;                  // unanswered, of one login
  };
  struct Attempt {
    std::string id;  // random; what tickets are armed for
    authn::CertificateProgress progress;
  };

  explicit CertificateAttempts(const Limits& limits) : limits_(limits) {}
  void set_limits(const Limits& limits);

  // A new one, in place of the session's last. Returns its id.
  std::string begin(const session::SessionId& session, TimePoint now);
  // That of the session, unless it is over.
  std::optional<Attempt> find(const session::SessionId& session, TimePoint now);
  // Its progress is this now, and it goes on for another step.
  void proceed(const session::SessionId& session, const authn::CertificateProgress& progress, TimePoint now);
  void end(const session::SessionId& session);

  // A handshake has shown a ticket that is armed for this attempt: may its client be asked? Counts as a question, and
  // gives time for a choice.
  bool may_ask(const std::string& attempt, TimePoint now);
  // That handshake is over, however it ended.
  void answered(const std::string& attempt);

  // What a browser has remembered of its user's choice, and is to forget.
  enum class Remembered : std::uint8_t { no_certificate, certificate };
  // A name to arm tickets for. So many handshakes that show one of them, the first within a few seconds, fail if they show
  // no certificate too; and if a certificate is to be forgotten, it is refused.
  static constexpr Duration kForgetting = std::chrono::seconds(3);
  std::string begin_forgetting(Remembered what, unsigned handshakes, TimePoint now);
  std::optional<Remembered> take_forgetting(const std::string& name, TimePoint now);

  // The next connections of this address, for one step, are made by TLS 1.2 where they are not HTTP/2.
  void detour(const IpAddress& address, TimePoint now);
  void end_detour(const IpAddress& address);
  bool is_detoured(const IpAddress& address, TimePoint now);

 private:
  struct Entry {
    session::SessionId session;
    authn::CertificateProgress progress;
    TimePoint until;
    unsigned unanswered = 0;
  };
  struct SessionHash {
    std::size_t operator()(const session::SessionId& id) const;
  };
  // nullptr if there is none, or it is over. Under the lock.
  Entry* live(const std::string& attempt, TimePoint now);
  void forget(const session::SessionId& session);

  Limits limits_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> attempts_;  // by id
  std::unordered_map<session::SessionId, std::string, SessionHash> by_session_;
  std::deque<std::string> order_;  // ids, the oldest first; some of them are gone
  struct Forgetting {
    Remembered what;
    unsigned handshakes;  // to come
    TimePoint until;
  };
  std::unordered_map<std::string, Forgetting> forgetting_;  // by name
  std::map<IpAddress, TimePoint> detours_;
  std::atomic<bool> has_detours_ = false;  // no lock for the connections of the many who make none
};

}  // namespace sallyport::inbound
