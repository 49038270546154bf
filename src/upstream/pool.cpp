#include "upstream/pool.hpp"

#include <algorithm>
#include <tuple>

#include "net/tcp_stream.hpp"
#include "tls/tls_stream.hpp"

namespace sallyport::upstream {

Pool::Pool(async::Context context, net::Resolver& resolver, const PoolOptions& options)
    : loop_(*context.loop), resolver_(resolver), options_(options), tasks_(context) {
  tasks_.spawn(sweep());
}

ServerHealth& Pool::health_of(const Candidate& candidate) {
  return health_[candidate.server];
}

// Surplus bytes must not be taken for an answer (attack C9). After a poll the loop knows of those that came before it;
// those that come later no look of ours would keep from coming between the look and the request.
bool Pool::can_be_used(Idle& idle) const {
  if (idle.since + options_.idle_timeout <= loop_.now()) return false;
  return (idle.turn < loop_.turns() && idle.connection->has_been_silent()) || idle.connection->is_quiet();
}

std::unique_ptr<wire::ClientConnection> Pool::take_idle(const std::string& key) {
  const auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  auto& list = found->second;
  while (!list.empty()) {
    // The youngest is the least likely to have been closed meanwhile.
    Idle idle = std::move(list.back());
    list.pop_back();
    --idle_count_;
    if (can_be_used(idle)) return std::move(idle.connection);
  }
  return nullptr;
}

void Pool::keep(const std::string& key, std::unique_ptr<wire::ClientConnection> connection) {
  if (options_.max_idle_per_key == 0 || options_.idle_timeout == Duration::zero()) return;
  // Bytes that nobody asked for: never pooled (attack C9). Those that come later, can_be_used() sees.
  if (!connection->has_nothing_left()) return;
  connection->rest();
  auto& list = idle_[key];
  if (list.size() >= options_.max_idle_per_key) return;
  list.push_back(Idle{std::move(connection), loop_.now(), loop_.turns()});
  ++idle_count_;
}

async::Task<> Pool::sweep() {
  for (;;) {
    const async::Deadline soon = loop_.in(std::chrono::seconds(1));
    const async::Outcome outcome = co_await async::SleepUntil(soon);
    if (outcome == async::Outcome::canceled) co_return;
    for (auto entry = idle_.begin(); entry != idle_.end();) {
      auto& list = entry->second;
      const auto young = std::find_if(list.begin(), list.end(), [this](const Idle& idle) {
        return idle.since + options_.idle_timeout > loop_.now();
      });
      idle_count_ -= static_cast<std::size_t>(young - list.begin());
      list.erase(list.begin(), young);
      entry = list.empty() ? idle_.erase(entry) : std::next(entry);
    }
    for (auto entry = shared_.begin(); entry != shared_.end();) {
      entry->second.sweep(options_.idle_timeout, loop_.now());
      entry = entry->second.is_unused() ? shared_.erase(entry) : std::next(entry);
    }
  }
}

// Those that have not failed first, then by priority, then by how busy they are. Among equals the order of the list,
// which is one array.
bool Pool::is_better(const Candidate* a, const Candidate* b) {
  const auto rank = [this](const Candidate* candidate) {
    const ServerHealth& health = health_of(*candidate);
    return std::tuple(health.failed_until > loop_.now(), -candidate->priority, health.in_progress, candidate);
  };
  return rank(a) < rank(b);
}

const Candidate& Pool::best_of(const std::vector<Candidate>& candidates) {
  const Candidate* best = &candidates.front();
  for (const Candidate& candidate : candidates) {
    if (&candidate != best && is_better(&candidate, best)) best = &candidate;
  }
  return *best;
}

std::vector<const Candidate*> Pool::ordered(const std::vector<Candidate>& candidates) {
  std::vector<const Candidate*> order;
  for (const Candidate& candidate : candidates) order.push_back(&candidate);
  std::sort(order.begin(), order.end(), [this](const Candidate* a, const Candidate* b) { return is_better(a, b); });
  return order;
}

async::Task<Result<Pool::Made>> Pool::start_http_2(std::unique_ptr<net::Stream> stream, const Candidate& to,
                                                   async::Deadline deadline) {
  const std::string scheme = to.tls ? "https" : "http";
  const auto connection = std::make_shared<wire::H2ClientConnection>(std::move(stream), options_.h2_limits, scheme,
                                                                     options_.write_stall, loop_);
  tasks_.spawn(wire::H2ClientConnection::run(connection));
  const Result<> ready = co_await connection->wait_ready(deadline);
  if (!ready) {
    connection->drain();
    co_return fail(ready.error());
  }
  Made made;
  made.http_2 = connection;
  co_return made;
}

async::Task<Result<Pool::Made>> Pool::connect(const Candidate& to, bool only_http_1) {
  const async::Deadline deadline = loop_.in(options_.connect_timeout);
  const Result<std::vector<Endpoint>> endpoints = co_await resolver_.resolve(to.host, to.port, deadline);
  if (!endpoints) co_return fail(endpoints.error());
  const std::shared_ptr<const tls::ClientContext>& context = only_http_1 && to.http_2 ? to.tls_http_1 : to.tls;
  Error last(Errc::unreachable, "no address for " + to.host, Side::upstream);
  for (const Endpoint& endpoint : *endpoints) {
    Result<std::unique_ptr<net::Stream>> stream = co_await net::TcpStream::connect(endpoint, deadline);
    if (!stream) {
      last = stream.error();
      continue;
    }
    bool is_http_2 = to.http_2 && !only_http_1;
    if (to.tls) {
      Result<std::unique_ptr<tls::TlsStream>> secured =
          co_await tls::TlsStream::connect(std::move(*stream), context, to.tls_name, deadline);
      if (!secured) {
        last = secured.error();
        continue;
      }
      is_http_2 = is_http_2 && (*secured)->alpn() == "h2";
      stream = std::move(*secured);
    }
    if (is_http_2) co_return co_await start_http_2(std::move(*stream), to, deadline);
    Made made;
    made.http_1 = std::make_unique<wire::ClientConnection>(std::move(*stream), options_.head_limits);
    co_return made;
  }
  co_return fail(last);
}

namespace {

// A connection that is being made counts too: a hundred requests at once must not meet at the same server.
class Busy {
 public:
  explicit Busy(ServerHealth& health) : health_(health) { ++health_.in_progress; }
  ~Busy() { --health_.in_progress; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  ServerHealth& health_;
};

tl::unexpected<Error> at_its_limit() {
  return fail(Errc::unavailable, "no server can take the request", Side::upstream);
}

}  // namespace

async::Task<Result<Lease>> Pool::borrow_http_1(const Candidate& candidate, ServerHealth& health, bool only_http_1) {
  if (is_full(health)) co_return at_its_limit();
  const Busy connecting(health);
  Result<Made> made = co_await connect(candidate, only_http_1);
  if (!made) co_return fail(made.error());
  co_return Lease(*this, candidate, health, std::move(made->http_1), false);
}

async::Task<Result<Lease>> Pool::borrow_shared(const Candidate& candidate, ServerHealth& health, bool fresh,
                                               Purpose purpose) {
  SharedConnections& shared = shared_[candidate.key];
  const async::Deadline deadline = loop_.in(options_.connect_timeout);
  bool only_http_1 = purpose == Purpose::upgrade;
  for (;;) {
    const auto connection = only_http_1 ? nullptr : shared.with_room(options_.idle_timeout, loop_.now());
    if (connection && (purpose == Purpose::request || connection->allows_extended_connect())) {
      const bool reused = connection->is_used();
      co_return Lease(*this, candidate, health, std::make_unique<wire::H2ClientStream>(connection), reused);
    }
    only_http_1 = only_http_1 || connection != nullptr;
    if (only_http_1 && !candidate.tls_http_1) {
      co_return fail(Errc::unsupported, "its HTTP/2 carries no WebSockets and no other upgrades", Side::upstream);
    }
    if ((only_http_1 || shared.speaks_http_1()) && !fresh) {
      auto idle = take_idle(candidate.key);
      if (idle) co_return Lease(*this, candidate, health, std::move(idle), true);
    }
    if (only_http_1) co_return co_await borrow_http_1(candidate, health, true);
    if (shared.is_worth_waiting()) {
      const Result<> waited = co_await shared.wait(deadline);
      if (!waited) co_return fail(waited.error());
      continue;
    }
    const bool is_at_limit = shared.speaks_http_1()
                                 ? is_full(health)
                                 : options_.max_per_server > 0 && shared.count() >= options_.max_per_server;
    if (is_at_limit) co_return at_its_limit();
    const Busy connecting(health);
    const SharedConnections::Attempt attempt(shared);
    Result<Made> made = co_await connect(candidate, false);
    if (!made) {
      shared.failed(made.error());
      co_return fail(made.error());
    }
    if (made->http_1) {
      shared.found_http_1();
      co_return Lease(*this, candidate, health, std::move(made->http_1), false);
    }
    if (made->http_2->most_streams() == 0) {
      made->http_2->drain();
      Error none(Errc::unavailable, "the server allows no requests on its connections", Side::upstream);
      shared.failed(none);
      co_return fail(std::move(none));
    }
    shared.add(std::move(made->http_2));
  }
}

async::Task<Result<Lease>> Pool::borrow_from(const Candidate& candidate, ServerHealth& health, bool fresh,
                                             Purpose purpose) {
  if (candidate.http_2) return borrow_shared(candidate, health, fresh, purpose);
  return borrow_http_1(candidate, health, true);
}

async::Soon<Result<Lease>> Pool::borrow(const std::vector<Candidate>& candidates, bool fresh, Purpose purpose) {
  if (fresh || candidates.empty()) return borrow_any(candidates, fresh, purpose);
  const Candidate& best = best_of(candidates);
  if (best.http_2) return borrow_any(candidates, fresh, purpose);
  auto idle = take_idle(best.key);
  if (!idle) return borrow_any(candidates, fresh, purpose);
  return Result<Lease>(Lease(*this, best, health_of(best), std::move(idle), true));
}

async::Task<Result<Lease>> Pool::borrow_any(const std::vector<Candidate>& candidates, bool fresh, Purpose purpose) {
  Error last(Errc::unavailable, "no server can take the request", Side::upstream);
  const std::vector<const Candidate*> order = ordered(candidates);
  for (const Candidate* const candidate : order) {
    ServerHealth& health = health_of(*candidate);
    if (!fresh && !candidate->http_2) {
      auto idle = take_idle(candidate->key);
      if (idle) co_return Lease(*this, *candidate, health, std::move(idle), true);
    }
    Result<Lease> lease = co_await borrow_from(*candidate, health, fresh, purpose);
    if (lease) {
      health.failed_until = TimePoint();
      co_return std::move(*lease);
    }
    last = lease.error();
    if (last.code == Errc::canceled) break;
    if (last.code == Errc::unavailable) continue;
    last.detail = candidate->server + ": " + last.detail;
    if (last.code == Errc::unsupported) continue;  // no fault of the server
    health.failed_until = loop_.now() + options_.failed_server_retry;
  }
  co_return fail(last);
}

}  // namespace sallyport::upstream
