#pragma once

#include <memory>
#include <string>

#include "inbound/inbound_role.hpp"
#include "net/listener.hpp"
#include "tls/tls_stream.hpp"
#include "wire/h2_connection.hpp"

namespace sallyport::inbound {

// The connections of one worker's clients: TLS, the version of HTTP, when a connection goes on and when it ends. What
// becomes of a request is said by InboundRole. Loop-local.
class ClientConnections {
 public:
  // The references must outlive it. `id_prefix`: what the ids of this worker's requests begin with, unlike that of any
  // other.
  ClientConnections(Commons& commons, InboundRole& role, std::string id_prefix);

  // Serves a connection to its end. Without TLS every request is redirected to https.
  async::Task<> serve(net::Accepted accepted, Entrance entrance);

  // How many are open now.
  std::size_t size() const { return count_; }
  // From now on each connection ends with the answers that it is at; those that wait for a request end at once.
  void drain();
  // The same for those that carried this session's cookie last, whose tickets are armed before if there is an arming;
  // others are left alone.
  void drain(const session::SessionId& id, const std::optional<Arming>& arming) { open_.drain(id, arming); }

 private:
  class H1Entry;
  class H2Requests;

  // False if it failed; fills in what the header says.
  async::Task<bool> read_announcement(net::Stream& stream, const Snapshot& snapshot, exchange::ClientFacts& client);
  // False if it failed; fills in what the handshake says.
  async::Task<bool> shake_hands(std::unique_ptr<net::Stream> stream, const Snapshot& snapshot,
                                exchange::ClientFacts& client, ConnectionSecurity& security);
  static async::Task<> refuse_certificate(tls::TlsStream& stream, bool shown);
  async::Task<bool> look_at_certificate(const Snapshot& snapshot, const exchange::ClientFacts& client,
                                        ConnectionSecurity& security);
  async::Task<> serve_http_1(std::unique_ptr<net::Stream> stream, const Snapshot& first,
                             const exchange::ClientFacts& client, ConnectionSecurity& security);
  async::Task<> serve_http_2(std::unique_ptr<net::Stream> stream, const Snapshot& first,
                             const exchange::ClientFacts& client, ConnectionSecurity& security);
  // Takes the head.
  async::Task<> serve_one(wire::ServerConnection& connection, H1Entry& entry, const exchange::ClientFacts& client,
                          http::RequestHead& head, const Snapshot& snapshot, bool& go_on);
  async::Task<> serve_exchange(exchange::Exchange& x, const Snapshot& snapshot, ClientConnection& connection);
  async::Task<> refuse_head(wire::ServerConnection& connection, const exchange::ClientFacts& client,
                            const Snapshot& snapshot, const wire::NoRequest& why);
  async::Task<> refuse_unread(wire::ServerStream& stream, const exchange::ClientFacts& client,
                              const Snapshot& snapshot, int status, std::string why);
  async::Task<> linger(wire::ServerConnection& connection);
  void log_failure(const exchange::Exchange& x);
  std::string next_id();

  Commons& commons_;
  InboundRole& role_;
  async::SnapshotReader<Snapshot> snapshots_;
  const std::string id_prefix_;
  std::uint32_t next_id_ = 0;
  std::size_t count_ = 0;
  bool draining_ = false;
  SessionConnections open_;
};

}  // namespace sallyport::inbound
