// inbound: the reverse-proxy role. A connection comes in; for each of its requests: who is it (sessions), may he (authz),
// if not: can a login help (login_flow), and if so: where does it go (junction, exchange::relay). The only loop over
// decisions is in handle(). It owns nothing but what one worker needs; what workers share is in Commons.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>

#include "http/target.hpp"
#include "inbound/login_flow.hpp"
#include "inbound/session_watch.hpp"
#include "inbound/sessions.hpp"
#include "net/listener.hpp"
#include "upstream/pool.hpp"

namespace sallyport::inbound {

// One worker's part of the role. Loop-local.
class InboundRole {
 public:
  // `id_prefix`: what the ids of this worker's requests begin with, unlike that of any other.
  InboundRole(async::Context context, Commons& commons, upstream::Pool& pool, std::string id_prefix);

  // Serves a connection to its end. `secure`: TLS comes first; without it every request is redirected to https.
  async::Task<> serve(net::Accepted accepted, bool secure);

  // Connections that are open now.
  std::size_t connections() const { return connections_; }
  // From now on each connection ends with the answer that it is at; those that wait for a request end at once.
  void drain();

 private:
  async::Task<> serve_requests(wire::ServerConnection& connection, const exchange::ClientFacts& client);
  async::Task<tl::expected<http::RequestHead, wire::NoRequest>> wait_for_request(wire::ServerConnection& connection,
                                                                                async::Deadline idle,
                                                                                Duration head_time);
  async::Task<> serve_one(wire::ServerConnection& connection, const exchange::ClientFacts& client,
                          http::RequestHead head, const Snapshot& snapshot, bool& go_on);
  async::Task<> handle(exchange::Exchange& x, const Snapshot& snapshot);
  async::Task<> deliver(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                        const Visitor& visitor, const Result<junction::Route>& found, authz::Permit permit);
  async::Task<> refuse_unread(wire::ServerConnection& connection, const exchange::ClientFacts& client,
                              const Snapshot& snapshot, int status);
  async::Task<> linger(wire::ServerConnection& connection);
  authz::Decision decide(const exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                         const Visitor& visitor, const Result<junction::Route>& route) const;
  bool is_ours(const exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target) const;
  void audit_unknown_host(const exchange::Exchange& x, const http::CanonicalTarget& target);
  void log_failure(const exchange::Exchange& x);
  void audit_denial(const exchange::Exchange& x, const authz::Denial& denial, const Visitor& visitor);
  std::string next_id();

  Commons& commons_;
  upstream::Pool& pool_;
  async::SnapshotReader<Snapshot> snapshots_;
  Sessions sessions_;
  LoginFlow login_;
  SessionWatch session_watch_;
  const std::string id_prefix_;
  std::uint32_t next_id_ = 0;
  std::size_t connections_ = 0;
  bool draining_ = false;
  std::unordered_set<wire::ServerConnection*> between_requests_;
};

}  // namespace sallyport::inbound
