// upstream: connections to the right: which server of several, a pooled connection or a new one, what is known of each
// server's health. One pool a worker; nothing is shared between threads. Knows nothing of junctions or users: the key
// of a candidate says who may share a connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/soon.hpp"
#include "async/task_group.hpp"
#include "net/resolver.hpp"
#include "upstream/candidate.hpp"
#include "upstream/lease.hpp"
#include "upstream/shared_connections.hpp"

namespace sallyport::upstream {

struct PoolOptions {
  Duration connect_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(5);
  Duration failed_server_retry = std::chrono::seconds(10);
  std::size_t max_idle_per_key = 64;
  std::size_t max_per_server = 0;  // 0: no limit
  http::HeadLimits head_limits;
  http::H2Limits h2_limits;                         // of connections that are made from now on
  Duration write_stall = std::chrono::seconds(60);  // of a server that takes nothing
};

class Pool {
 public:
  Pool(async::Context context, net::Resolver& resolver, const PoolOptions& options);

  // The least busy of the candidates with the highest priority that are not known to have failed; when all have, they
  // are tried all the same. A server that cannot be reached is remembered as failed and the next one is tried. `fresh`:
  // only a new connection, of HTTP/1; one of HTTP/2 is known to be alive, and is shared up to what its server allows.
  // Errors: those of the last attempt; unavailable if there is no candidate or all are at their limit; unsupported if
  // the server cannot do what is wanted. `candidates` must stay until the task is done.
  async::Soon<Result<Lease>> borrow(const std::vector<Candidate>& candidates, bool fresh,
                                    Purpose purpose = Purpose::request);

  std::size_t idle_count() const { return idle_count_; }
  void set_options(const PoolOptions& options) { options_ = options; }

 private:
  friend class Lease;
  struct Idle {
    std::unique_ptr<wire::ClientConnection> connection;
    TimePoint since;
    std::uint64_t turn;  // the loop's, when it was put here
  };

  // A connection, of whichever version.
  struct Made {
    std::unique_ptr<wire::ClientConnection> http_1;
    std::shared_ptr<wire::H2ClientConnection> http_2;
  };

  std::unique_ptr<wire::ClientConnection> take_idle(const std::string& key);
  bool can_be_used(Idle& idle) const;
  void keep(const std::string& key, std::unique_ptr<wire::ClientConnection> connection);
  bool is_full(const ServerHealth& health) const {
    return options_.max_per_server > 0 && health.in_progress >= options_.max_per_server;
  }
  // `only_http_1`: also where the candidate could do HTTP/2.
  async::Task<Result<Made>> connect(const Candidate& to, bool only_http_1);
  async::Task<Result<Made>> start_http_2(std::unique_ptr<net::Stream> stream, const Candidate& to,
                                         async::Deadline deadline);
  async::Task<Result<Lease>> borrow_http_1(const Candidate& candidate, ServerHealth& health, bool only_http_1);
  async::Task<Result<Lease>> borrow_shared(const Candidate& candidate, ServerHealth& health, bool fresh,
                                           Purpose purpose);
  async::Task<Result<Lease>> borrow_from(const Candidate& candidate, ServerHealth& health, bool fresh, Purpose purpose);
  async::Task<Result<Lease>> borrow_any(const std::vector<Candidate>& candidates, bool fresh, Purpose purpose);
  bool is_better(const Candidate* a, const Candidate* b);
  const Candidate& best_of(const std::vector<Candidate>& candidates);
  ServerHealth& health_of(const Candidate& candidate);
  std::vector<const Candidate*> ordered(const std::vector<Candidate>& candidates);
  async::Task<> sweep();

  async::EventLoop& loop_;
  net::Resolver& resolver_;
  PoolOptions options_;
  std::unordered_map<std::string, std::vector<Idle>> idle_;  // of one key the youngest last
  std::size_t idle_count_ = 0;
  std::unordered_map<std::string, SharedConnections> shared_;
  std::unordered_map<std::string, ServerHealth> health_;  // by Candidate::server
  async::TaskGroup tasks_;                                // house-keeping, and connections of HTTP/2
};

}  // namespace sallyport::upstream
