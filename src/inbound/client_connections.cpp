#include "inbound/client_connections.hpp"

#include "http/forwarded.hpp"
#include "net/proxy_header_reader.hpp"

namespace sallyport::inbound {

using exchange::Exchange;

namespace {

constexpr std::size_t kMostLingering = 256 * 1024;
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr auto kVerificationTime = std::chrono::seconds(30);

// Tells a handshake which logins by certificate it belongs to.
class AttemptWatch final : public tls::HandshakeWatch {
 public:
  AttemptWatch(CertificateAttempts& attempts, const async::EventLoop& loop, const IpAddress& address)
      : attempts_(attempts), loop_(loop), address_(address) {}
  AttemptWatch(const AttemptWatch&) = delete;
  AttemptWatch& operator=(const AttemptWatch&) = delete;
  ~AttemptWatch() {
    if (!asked_for_.empty()) attempts_.answered(asked_for_);
  }

  tls::Question question_for(const std::string& armed_for) override {
    if (const auto remembered = attempts_.take_forgetting(armed_for, loop_.now())) {
      refuses_ = *remembered == CertificateAttempts::Remembered::certificate;
      return tls::Question::required;
    }
    if (!attempts_.may_ask(armed_for, loop_.now())) return tls::Question::none;
    asked_for_ = armed_for;
    return tls::Question::asked;
  }
  bool prefers_tls_1_2() override { return attempts_.is_detoured(address_, loop_.now()); }
  // The certificate that was shown, whichever, so that the browser forgets it.
  bool refuses() const { return refuses_; }

 private:
  CertificateAttempts& attempts_;
  const async::EventLoop& loop_;
  const IpAddress& address_;
  std::string asked_for_;
  bool refuses_ = false;
};

// The client of one request: a connection from a proxy carries requests of many. What came from no proxy is the
// connection's, and costs nothing.
class RequestClient {
 public:
  RequestClient(const exchange::ClientFacts& connection, const http::Headers& headers, const Snapshot& snapshot)
      : facts_(&connection) {
    if (connection.is_unnamed || !snapshot.is_trusted_proxy(connection.peer.address)) return;
    const bool is_standard = snapshot.settings->server.trusted_proxies_header == config::ProxyHeader::forwarded;
    const auto field = is_standard ? http::ForwardedField::forwarded : http::ForwardedField::x_forwarded_for;
    behind_ = connection;
    behind_->address = http::client_behind(connection.peer.address, http::forwarded_addresses(headers, field),
                                           [&](const IpAddress& address) { return snapshot.is_trusted_proxy(address); });
    behind_->address_text = behind_->address.to_string();
    facts_ = &*behind_;
  }
  RequestClient(const RequestClient&) = delete;
  RequestClient& operator=(const RequestClient&) = delete;

  const exchange::ClientFacts& facts() const { return *facts_; }

 private:
  const exchange::ClientFacts* facts_;
  std::optional<exchange::ClientFacts> behind_;
};

}  // namespace

// A connection of HTTP/1.
class ClientConnections::H1Entry final : public ClientConnection {
 public:
  H1Entry(SessionConnections& all, ConnectionSecurity& security, wire::ServerConnection& connection)
      : ClientConnection(all, security), connection_(connection) {}

  void set_waiting(bool waiting) { waiting_ = waiting; }
  bool draining() const { return draining_; }
  void drain() override {
    draining_ = true;
    // A request that has begun to come in is still answered.
    if (!waiting_ || !connection_.is_idle()) return;
    connection_.stream().shut_write();
    connection_.stream().abort();
  }

 private:
  wire::ServerConnection& connection_;
  bool waiting_ = false;  // for the next request
  bool draining_ = false;
};

// A connection of HTTP/2 and its requests.
class ClientConnections::H2Requests final : public wire::H2Connection::Handler, public ClientConnection {
 public:
  H2Requests(ClientConnections& all, ConnectionSecurity& security, const exchange::ClientFacts& client)
      : ClientConnection(all.open_, security), all_(all), client_(client) {}

  // Set once, before anything else is called.
  void set_connection(wire::H2Connection& connection) { connection_ = &connection; }
  void drain() override { connection_->drain(); }

  async::Task<> serve(wire::ServerStream& stream, http::RequestHead head, const http::Framing& framing) override;
  async::Task<> refuse(wire::ServerStream& stream, int status, std::string why) override {
    const std::shared_ptr<const Snapshot> snapshot = all_.snapshots_.current();
    co_await all_.refuse_unread(stream, client_, *snapshot, status, std::move(why));
  }

 private:
  ClientConnections& all_;
  const exchange::ClientFacts& client_;
  wire::H2Connection* connection_ = nullptr;
  std::uint32_t served_ = 0;
};

async::Task<> ClientConnections::H2Requests::serve(wire::ServerStream& stream, http::RequestHead head,
                                                   const http::Framing&) {
  const std::shared_ptr<const Snapshot> snapshot = all_.snapshots_.current();
  const auto expectation = http::expects_continue(head);
  if (!expectation) {
    co_await all_.refuse_unread(stream, client_, *snapshot, expectation.error().status, expectation.error().detail);
    co_return;
  }
  const std::uint32_t limit = snapshot->settings->server.connection_request_limit;
  if (limit > 0 && ++served_ >= limit) stream.close_connection_after();
  const async::Context here = co_await async::CurrentContext();
  const RequestClient client(client_, head.headers, *snapshot);
  Exchange x(stream, std::move(head), client.facts(), snapshot->exchange_options, *snapshot->pages, all_.next_id(), *here.loop);
  co_await all_.serve_exchange(x, *snapshot, *this);
}

ClientConnections::ClientConnections(Commons& commons, InboundRole& role, std::string id_prefix)
    : commons_(commons), role_(role), snapshots_(commons.published), id_prefix_(std::move(id_prefix)) {}

void ClientConnections::drain() {
  draining_ = true;
  open_.drain_all();
}

std::string ClientConnections::next_id() {
  constexpr std::string_view none = "00000000";
  std::string id;
  id.reserve(id_prefix_.size() + none.size());
  id.append(id_prefix_).append(none);
  char* digit = id.data() + id.size();
  for (std::uint32_t rest = next_id_++; rest != 0; rest >>= 4) *--digit = "0123456789abcdef"[rest & 15];
  return id;
}

async::Task<> ClientConnections::serve(net::Accepted accepted, Entrance entrance) {
  struct Counted {
    std::size_t& count;
    explicit Counted(std::size_t& c) : count(c) { ++count; }
    ~Counted() { --count; }
  };
  const Counted counted(count_);
  const std::shared_ptr<const Snapshot> snapshot = snapshots_.current();
  exchange::ClientFacts client;
  client.peer = accepted.peer;
  client.address = accepted.peer.address;
  client.address_text = client.address.to_string();
  client.secure = entrance.tls;
  client.interface = entrance.interface;
  std::unique_ptr<net::Stream> stream = std::move(accepted.stream);
  if (snapshot->settings->server.proxy_protocol && snapshot->is_trusted_proxy(client.peer.address)) {
    const bool announced = co_await read_announcement(*stream, *snapshot, client);
    if (!announced) co_return;
  }
  ConnectionSecurity security;
  if (client.secure) {
    const bool secured = co_await shake_hands(std::move(stream), *snapshot, client, security);
    if (!secured) co_return;
    stream = std::move(security.accepted);
  }
  if (security.is_http_2) {
    co_await serve_http_2(std::move(stream), *snapshot, client, security);
  } else {
    co_await serve_http_1(std::move(stream), *snapshot, client, security);
  }
}

// Whose connection a balancer brings, by the PROXY protocol. Nothing behind its header is read.
async::Task<bool> ClientConnections::read_announcement(net::Stream& stream, const Snapshot& snapshot,
                                                       exchange::ClientFacts& client) {
  const async::Context here = co_await async::CurrentContext();
  const async::Deadline deadline = here.loop->in(snapshot.settings->server.client_connect_timeout);
  const Result<net::ProxyHeader> header = co_await net::read_proxy_header(stream, deadline);
  if (!header) {
    const Error& error = header.error();
    // A balancer that only looks whether the port is open.
    const bool only_looked = error.code == Errc::closed && error.detail.empty();
    commons_.logs.event(only_looked ? log::Level::debug : log::Level::warning, "proxy-header-refused",
                        client.peer.to_string() + ": " + error.to_string());
    co_return false;
  }
  client.is_unnamed = !header->connection.has_value();
  if (client.is_unnamed) co_return true;
  client.peer = header->connection->source;
  client.address = client.peer.address;
  client.address_text = client.address.to_string();
  co_return true;
}

// A task of its own: what a handshake needs stands in no idle connection's frame.
async::Task<bool> ClientConnections::shake_hands(std::unique_ptr<net::Stream> stream, const Snapshot& snapshot,
                                                 exchange::ClientFacts& client, ConnectionSecurity& security) {
  const async::Context here = co_await async::CurrentContext();
  const config::Settings& settings = *snapshot.settings;
  const async::Deadline deadline = here.loop->in(settings.server.client_connect_timeout);
  const Interface& interface = snapshot.interface_of(client);
  AttemptWatch watch(commons_.certificate_attempts, *here.loop, client.peer.address);
  tls::AcceptOptions options;
  options.choice_deadline = here.loop->in(settings.server.client_connect_timeout + settings.certificate_login.cert_cache_timeout);
  options.watch = &watch;
  std::shared_ptr<const tls::ServerContext> context = interface.tls;
  Result<std::unique_ptr<tls::TlsStream>> secured =
      co_await tls::TlsStream::accept(std::move(stream), std::move(context), deadline, options);
  if (!secured) {
    commons_.logs.event(log::Level::info, "handshake-failed",
                        client.peer.to_string() + ": " + secured.error().to_string());
    co_return false;
  }
  security.accepted = std::move(*secured);
  security.stream = security.accepted.get();
  if (watch.refuses()) {
    // Before any answer: after one, browsers do not listen.
    commons_.logs.event(log::Level::debug, "client-certificate-refused", client.peer.to_string() + ": to be forgotten");
    co_await refuse_certificate(*security.stream, true);
    co_return false;
  }
  security.is_http_2 = security.stream->alpn() == "h2";
  client.protocol = security.stream->protocol();
  client.server_name = security.stream->server_name();
  if (interface.is_for_logins || !tls::asks_in_handshake(security.stream->client_auth())) co_return true;
  co_return co_await look_at_certificate(snapshot, client, security);
}

// Ends the connection.
async::Task<> ClientConnections::refuse_certificate(tls::TlsStream& stream, bool shown) {
  const async::Context here = co_await async::CurrentContext();
  stream.refuse_certificate(shown);
  // The alert has to get out before the end does.
  const Result<> sent = co_await stream.flush(here.loop->in(kLingerTime));
  if (sent) stream.shut_write();
}

// By an interface and of a host whose rules ask for one in the handshake.
async::Task<bool> ClientConnections::look_at_certificate(const Snapshot& snapshot, const exchange::ClientFacts& client,
                                                         ConnectionSecurity& security) {
  const async::Context here = co_await async::CurrentContext();
  pki::PresentedChain chain{security.stream->take_presented()};
  ClientCertificate verdict =
      co_await snapshot.client_verifier->verify(std::move(chain), here.loop->in(kVerificationTime));
  const bool goes_on = verdict || security.stream->client_auth() != tls::ClientAuth::critical;
  if (!verdict && verdict.error().fault != pki::CertificateFault::none_shown) {
    commons_.logs.event(log::Level::info, "client-certificate-refused",
                        client.peer.to_string() + ": " + std::string(pki::name_of(verdict.error().fault)) + ": " +
                            verdict.error().detail);
  }
  if (!goes_on) {
    const bool shown = verdict.error().fault != pki::CertificateFault::none_shown;
    co_await refuse_certificate(*security.stream, shown);
  }
  security.certificate = std::make_unique<const ClientCertificate>(std::move(verdict));
  co_return goes_on;
}

async::Task<> ClientConnections::serve_http_2(std::unique_ptr<net::Stream> stream, const Snapshot& first,
                                              const exchange::ClientFacts& client, ConnectionSecurity& security) {
  const config::ServerSettings& settings = first.settings->server;
  wire::H2Connection::Timeouts timeouts;
  timeouts.head = settings.client_connect_timeout;
  timeouts.idle = settings.persistent_con_timeout;
  timeouts.stall = settings.intra_connection_timeout;
  H2Requests requests(*this, security, client);
  wire::H2Connection connection(std::move(stream), first.h2_limits, timeouts, requests);
  requests.set_connection(connection);
  if (draining_) connection.drain();
  const std::string failure = co_await connection.run();
  if (failure.empty()) co_return;
  commons_.logs.event(log::Level::info, "connection-refused", client.peer.to_string() + ": " + failure);
}

async::Task<> ClientConnections::serve_http_1(std::unique_ptr<net::Stream> stream, const Snapshot& first,
                                              const exchange::ClientFacts& client, ConnectionSecurity& security) {
  const async::Context here = co_await async::CurrentContext();
  wire::ServerConnection connection(std::move(stream), first.head_limits);
  H1Entry entry(open_, security, connection);
  std::uint32_t served = 0;
  for (;;) {
    std::shared_ptr<const Snapshot> snapshot = snapshots_.current();
    const config::ServerSettings& settings = snapshot->settings->server;
    const auto head_time = settings.client_connect_timeout;
    const auto idle = served == 0 ? head_time : settings.persistent_con_timeout;
    entry.set_waiting(true);
    tl::expected<http::RequestHead, wire::NoRequest> head =
        co_await connection.read_request(here.loop->in(idle), head_time);
    entry.set_waiting(false);
    if (!head) {
      co_await refuse_head(connection, client, *snapshot, head.error());
      break;
    }
    // A reload while the connection was idle counts from this request on.
    snapshot = snapshots_.current();
    ++served;
    bool go_on = true;
    const std::uint32_t limit = snapshot->settings->server.connection_request_limit;
    if ((limit > 0 && served >= limit) || snapshot->settings->server.persistent_con_timeout.count() == 0) go_on = false;
    co_await serve_one(connection, entry, client, *head, *snapshot, go_on);
    if (!go_on || draining_ || entry.draining()) break;
  }
  co_await linger(connection);
}

// A task of its own: what it needs stands in no idle connection's frame.
async::Task<> ClientConnections::refuse_head(wire::ServerConnection& connection, const exchange::ClientFacts& client,
                                             const Snapshot& snapshot, const wire::NoRequest& why) {
  if (why.status == 0) co_return;
  commons_.logs.event(log::Level::info, "request-refused", client.peer.to_string() + ": " + why.error.to_string());
  wire::H1ServerStream unread(connection, http::Framing());
  co_await refuse_unread(unread, client, snapshot, why.status, "not a request");
}

// Ends the connection so that what we said last arrives: a socket closed with unread bytes resets instead.
async::Task<> ClientConnections::linger(wire::ServerConnection& connection) {
  const async::Context here = co_await async::CurrentContext();
  const async::Deadline deadline = here.loop->in(kLingerTime);
  const Result<> flushed = co_await connection.stream().flush(deadline);
  if (!flushed) co_return;
  connection.stream().shut_write();
  std::size_t discarded = 0;
  while (discarded < kMostLingering && !connection.input().ended()) {
    discarded += connection.input().bytes().size();
    connection.input().consume(connection.input().bytes().size());
    const Result<std::size_t> filled = co_await connection.input().fill(deadline);
    if (!filled || *filled == 0) co_return;
  }
}

// Answers what could not be read as a request. The parser does not know where the next one begins.
async::Task<> ClientConnections::refuse_unread(wire::ServerStream& stream, const exchange::ClientFacts& client,
                                               const Snapshot& snapshot, int status, std::string why) {
  const async::Context here = co_await async::CurrentContext();
  http::RequestHead nothing;
  nothing.method = "-";
  nothing.target = "-";
  Exchange x(stream, std::move(nothing), client, snapshot.exchange_options, *snapshot.pages, next_id(), *here.loop);
  x.close_afterwards();
  co_await x.refuse(status, why);
  x.write_log(commons_.logs);
}

async::Task<> ClientConnections::serve_one(wire::ServerConnection& connection, H1Entry& entry,
                                           const exchange::ClientFacts& client, http::RequestHead& head,
                                           const Snapshot& snapshot, bool& go_on) {
  const auto framing = http::decide_framing(head);
  const auto expectation = http::expects_continue(head);
  if (!framing || !expectation) {
    go_on = false;
    const http::ParseError& error = framing ? expectation.error() : framing.error();
    wire::H1ServerStream unread(connection, http::Framing());
    co_await refuse_unread(unread, client, snapshot, error.status, error.detail);
    co_return;
  }
  const async::Context here = co_await async::CurrentContext();
  const RequestClient request_client(client, head.headers, snapshot);
  wire::H1ServerStream stream(connection, *framing);
  Exchange x(stream, std::move(head), request_client.facts(), snapshot.exchange_options, *snapshot.pages, next_id(), *here.loop);
  if (!go_on || draining_ || entry.draining()) stream.close_connection_after();
  co_await serve_exchange(x, snapshot, entry);
  go_on = x.can_go_on();
}

async::Task<> ClientConnections::serve_exchange(Exchange& x, const Snapshot& snapshot,
                                                ClientConnection& connection) {
  bool broken = false;
  try {
    co_await role_.handle(x, snapshot, connection);
  } catch (const std::exception& exception) {
    commons_.logs.event(log::Level::error, "exception", x.id() + ": " + exception.what());
    broken = true;
  }
  if (broken) {
    x.close_afterwards();
    co_await x.refuse(500, "exception");
  }
  x.write_log(commons_.logs);
  log_failure(x);
  if (x.is_cut_short()) x.stream().abort();
}

// What the client is not told. What visitors do wrong is for those who look for it, what fails here or behind us for
// everybody.
void ClientConnections::log_failure(const exchange::Exchange& x) {
  if (x.failure().empty()) return;
  const bool is_ours = x.status() >= 500 || x.failed_side() == Side::upstream;
  std::string text = x.id() + ": " + std::to_string(x.status());
  if (!x.junction().empty()) text += " at junction " + x.junction();
  if (!x.upstream().empty()) text += ", server " + x.upstream();
  text += (x.is_cut_short() ? ", answer cut short: " : ": ") + x.failure();
  commons_.logs.event(is_ours ? log::Level::warning : log::Level::debug, is_ours ? "request-failed" : "request-refused",
                      text);
}

}  // namespace sallyport::inbound
