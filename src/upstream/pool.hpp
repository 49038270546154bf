// upstream: connections to the right: which server of several, a pooled connection or a new one, what is known of each
// server's health. One pool a worker; nothing is shared between threads. Knows nothing of junctions or users: the key
// of a candidate says who may share a connection.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/task_group.hpp"
#include "net/resolver.hpp"
#include "tls/client_context.hpp"
#include "upstream/activity.hpp"
#include "wire/client_connection.hpp"

namespace sallyport::upstream {

// One server that could take a request.
struct Candidate {
  // Connections are shared by requests with the same key only: server, how it is reached, and the identity where it
  // rides on the connection (attack C10).
  std::string key;
  std::string server;  // "host:port": what its health is remembered under
  std::string host;
  std::uint16_t port = 0;
  std::shared_ptr<const tls::ClientContext> tls;  // null: plain TCP
  std::string tls_name;                           // SNI and the name in the certificate
  std::size_t index = 0;                          // the caller's own number for it
  int priority = 9;                               // the highest of those that are up is used
  std::shared_ptr<Activity> activity;             // may be null: not counted
};

struct PoolOptions {
  Duration connect_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(5);
  Duration failed_server_retry = std::chrono::seconds(10);
  std::size_t max_idle_per_key = 64;
  std::size_t max_per_server = 0;  // 0: no limit
  http::HeadLimits head_limits;
};

class Pool;

// What one pool knows of one server.
struct ServerHealth {
  std::uint32_t in_progress = 0;
  TimePoint failed_until{};
};

// A connection for one exchange. Goes back to the pool only by give_back(); dropped otherwise. Must not outlive its pool
// or its candidate.
class Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  wire::ClientConnection& connection() { return *connection_; }
  // It has carried a request before: the server may have closed it meanwhile.
  bool reused() const { return reused_; }
  const Candidate& candidate() const { return *candidate_; }
  // The request will be sent again, for the server cannot have heard of it: it does not count.
  void was_in_vain();
  // The exchange is over and the connection can carry another.
  void give_back();

 private:
  friend class Pool;
  Lease(Pool& pool, const Candidate& candidate, ServerHealth& health,
        std::unique_ptr<wire::ClientConnection> connection, bool reused);
  Pool* pool_;
  const Candidate* candidate_;
  ServerHealth* health_;
  std::unique_ptr<wire::ClientConnection> connection_;
  bool reused_;
};

class Pool {
 public:
  Pool(async::Context context, net::Resolver& resolver, const PoolOptions& options);

  // The least busy of the candidates with the highest priority that are not known to have failed; when all have, they
  // are tried all the same. A server that cannot be reached is remembered as failed and the next one is tried. `fresh`:
  // only a new connection. Errors: those of the last attempt; unavailable if there is no candidate or all are at
  // their limit. `candidates` must stay until the task is done.
  async::Task<Result<Lease>> borrow(const std::vector<Candidate>& candidates, bool fresh);

  std::size_t idle_count() const { return idle_count_; }
  void set_options(const PoolOptions& options) { options_ = options; }

 private:
  friend class Lease;
  struct Idle {
    std::unique_ptr<wire::ClientConnection> connection;
    TimePoint since;
  };

  std::unique_ptr<wire::ClientConnection> take_idle(const std::string& key);
  void keep(const std::string& key, std::unique_ptr<wire::ClientConnection> connection);
  async::Task<Result<std::unique_ptr<wire::ClientConnection>>> connect(const Candidate& to);
  ServerHealth& health_of(const Candidate& candidate);
  std::vector<const Candidate*> ordered(const std::vector<Candidate>& candidates);
  async::Task<> sweep();

  async::EventLoop& loop_;
  net::Resolver& resolver_;
  PoolOptions options_;
  std::unordered_map<std::string, std::list<Idle>> idle_;
  std::size_t idle_count_ = 0;
  std::unordered_map<std::string, ServerHealth> health_;  // by Candidate::server
  async::TaskGroup housekeeping_;
};

}  // namespace sallyport::upstream
