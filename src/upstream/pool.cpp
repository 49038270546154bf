#include "upstream/pool.hpp"

#include <algorithm>
#include <tuple>

#include "net/tcp_stream.hpp"
#include "tls/tls_stream.hpp"

namespace sallyport::upstream {

Lease::Lease(Pool& pool, const Candidate& candidate, ServerHealth& health,
             std::unique_ptr<wire::ClientConnection> connection, bool reused)
    : pool_(&pool), candidate_(&candidate), health_(&health), connection_(std::move(connection)), reused_(reused) {
  ++health_->in_progress;
  if (candidate_->activity) candidate_->activity->begin();
}

Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_),
      candidate_(other.candidate_),
      health_(std::exchange(other.health_, nullptr)),
      connection_(std::move(other.connection_)),
      reused_(other.reused_) {}

Lease::~Lease() {
  if (health_ == nullptr) return;
  --health_->in_progress;
  if (candidate_->activity) candidate_->activity->end();
}

void Lease::was_in_vain() {
  if (candidate_->activity) candidate_->activity->forget_one();
}

void Lease::give_back() {
  if (connection_) pool_->keep(candidate_->key, std::move(connection_));
}

Pool::Pool(async::Context context, net::Resolver& resolver, const PoolOptions& options)
    : loop_(*context.loop), resolver_(resolver), options_(options), housekeeping_(context) {
  housekeeping_.spawn(sweep());
}

ServerHealth& Pool::health_of(const Candidate& candidate) {
  return health_[candidate.server];
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
    const bool fresh_enough = idle.since + options_.idle_timeout > loop_.now();
    if (fresh_enough && idle.connection->is_quiet()) return std::move(idle.connection);
  }
  return nullptr;
}

void Pool::keep(const std::string& key, std::unique_ptr<wire::ClientConnection> connection) {
  if (options_.max_idle_per_key == 0 || options_.idle_timeout == Duration::zero()) return;
  // Bytes that nobody asked for: never pooled (attack C9). take_idle() looks again for those that come later.
  if (!connection->has_nothing_left()) return;
  connection->rest();
  auto& list = idle_[key];
  if (list.size() >= options_.max_idle_per_key) return;
  list.push_back(Idle{std::move(connection), loop_.now()});
  ++idle_count_;
}

async::Task<> Pool::sweep() {
  for (;;) {
    const async::Deadline soon = loop_.in(std::chrono::seconds(1));
    const async::Outcome outcome = co_await async::SleepUntil(soon);
    if (outcome == async::Outcome::canceled) co_return;
    for (auto entry = idle_.begin(); entry != idle_.end();) {
      auto& list = entry->second;
      while (!list.empty() && list.front().since + options_.idle_timeout <= loop_.now()) {
        list.pop_front();
        --idle_count_;
      }
      entry = list.empty() ? idle_.erase(entry) : std::next(entry);
    }
  }
}

// Those that have not failed first, then by priority, then by how busy they are.
std::vector<const Candidate*> Pool::ordered(const std::vector<Candidate>& candidates) {
  std::vector<const Candidate*> order;
  for (const Candidate& candidate : candidates) order.push_back(&candidate);
  if (order.size() < 2) return order;
  const auto rank = [this](const Candidate* candidate) {
    const ServerHealth& health = health_of(*candidate);
    // Among equals the order of the list, which is one array.
    return std::tuple(health.failed_until > loop_.now(), -candidate->priority, health.in_progress, candidate);
  };
  std::sort(order.begin(), order.end(), [&](const Candidate* a, const Candidate* b) { return rank(a) < rank(b); });
  return order;
}

async::Task<Result<std::unique_ptr<wire::ClientConnection>>> Pool::connect(const Candidate& to) {
  const async::Deadline deadline = loop_.in(options_.connect_timeout);
  const Result<std::vector<Endpoint>> endpoints = co_await resolver_.resolve(to.host, to.port, deadline);
  if (!endpoints) co_return fail(endpoints.error());
  Error last(Errc::unreachable, "no address for " + to.host, Side::upstream);
  for (const Endpoint& endpoint : *endpoints) {
    Result<std::unique_ptr<net::Stream>> stream = co_await net::TcpStream::connect(endpoint, deadline);
    if (!stream) {
      last = stream.error();
      continue;
    }
    if (!to.tls) {
      co_return std::make_unique<wire::ClientConnection>(std::move(*stream), options_.head_limits);
    }
    Result<std::unique_ptr<tls::TlsStream>> secured =
        co_await tls::TlsStream::connect(std::move(*stream), to.tls, to.tls_name, deadline);
    if (!secured) {
      last = secured.error();
      continue;
    }
    co_return std::make_unique<wire::ClientConnection>(std::move(*secured), options_.head_limits);
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

}  // namespace

async::Task<Result<Lease>> Pool::borrow(const std::vector<Candidate>& candidates, bool fresh) {
  Error last(Errc::unavailable, "no server can take the request", Side::upstream);
  const std::vector<const Candidate*> order = ordered(candidates);
  for (const Candidate* const candidate : order) {
    ServerHealth& health = health_of(*candidate);
    if (!fresh) {
      auto idle = take_idle(candidate->key);
      if (idle) co_return Lease(*this, *candidate, health, std::move(idle), true);
    }
    if (options_.max_per_server > 0 && health.in_progress >= options_.max_per_server) continue;
    const Busy connecting(health);
    Result<std::unique_ptr<wire::ClientConnection>> connection = co_await connect(*candidate);
    if (connection) {
      health.failed_until = TimePoint();
      co_return Lease(*this, *candidate, health, std::move(*connection), false);
    }
    last = connection.error();
    last.detail = candidate->server + ": " + last.detail;
    if (last.code == Errc::canceled) break;
    health.failed_until = loop_.now() + options_.failed_server_retry;
  }
  co_return fail(last);
}

}  // namespace sallyport::upstream
