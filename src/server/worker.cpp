#include "server/worker.hpp"

namespace sallyport::server {

// What exists while the worker's loop runs, in the order of its construction.
class Worker::Life {
 public:
  Life(Worker& worker, async::Context context)
      : resolver(worker.offload_),
        pool(context, resolver, worker.commons_.published.get()->pool_options),
        role(context, worker.commons_, pool),
        clients(worker.commons_, role, worker.id_prefix_),
        listeners(context),
        connections(context, [&worker](const std::exception_ptr& exception) {
          try {
            std::rethrow_exception(exception);
          } catch (const std::exception& e) {
            worker.commons_.logs.event(log::Level::error, "exception", e.what());
          }
        }) {}

  net::Resolver resolver;
  upstream::Pool pool;
  inbound::InboundRole role;
  inbound::ClientConnections clients;
  async::TaskGroup listeners;
  async::TaskGroup connections;
  async::Signal drain_asked;
  Duration grace{};
  bool draining = false;
};

Worker::Worker(std::string id_prefix, inbound::Commons& commons, async::WorkerPool& offload,
               ConnectionLimits& limits, std::vector<ListeningSocket> sockets)
    : id_prefix_(std::move(id_prefix)),
      commons_(commons),
      offload_(offload),
      limits_(limits),
      sockets_(std::move(sockets)) {
  commons_.session_drains.add(this, [this](const session::SessionId& id, const std::optional<inbound::Arming>& arming) {
    loop_.post_from_any_thread([this, id, arming] {
      if (life_ != nullptr) life_->clients.drain(id, arming);
    });
  });
}

Worker::~Worker() {
  commons_.session_drains.remove(this);
  loop_.stop();
  join();
}

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::drain(Duration grace) {
  loop_.post_from_any_thread([this, grace] {
    if (life_ == nullptr) return;
    life_->grace = grace;
    life_->draining = true;
    life_->drain_asked.wake_all();
  });
}

void Worker::run() {
  const async::Context context{&loop_, nullptr};
  Life life(*this, context);
  life_ = &life;
  async::TaskGroup root(context);
  root.spawn(live(life));
  loop_.run();
  life_ = nullptr;
}

async::Task<> Worker::live(Life& life) {
  for (std::size_t i = 0; i < sockets_.size(); ++i) life.listeners.spawn(accept_connections(life, i));
  // Ended by drain(), or by the end of the loop.
  while (!life.draining) co_await life.drain_asked.wait(async::Deadline::never());
  life.listeners.cancel();
  life.clients.drain();
  co_await life.connections.join(loop_.in(life.grace));
  loop_.stop();
}

async::Task<> Worker::accept_connections(Life& life, std::size_t socket) {
  const inbound::Entrance entrance = sockets_[socket].entrance;
  net::Listener listener(loop_, std::move(sockets_[socket].fd));
  for (;;) {
    // Ended by the group's cancellation.
    Result<net::Accepted> accepted = co_await listener.accept(async::Deadline::never());
    if (accepted) {
      const std::shared_ptr<const inbound::Snapshot> snapshot = commons_.published.get();
      const bool many_clients = snapshot->is_trusted_proxy(accepted->peer.address);
      auto place = limits_.enter(accepted->peer.address, many_clients);
      if (place) life.connections.spawn(serve(life, std::move(*accepted), entrance, std::move(place)));
      continue;
    }
    if (accepted.error().code == Errc::canceled) co_return;
    commons_.logs.event(log::Level::error, "accept-failed", accepted.error().to_string());
    // Out of descriptors or memory: whatever frees some needs a moment.
    co_await async::SleepUntil(loop_.in(std::chrono::milliseconds(100)));
  }
}

async::Task<> Worker::serve(Life& life, net::Accepted accepted, inbound::Entrance entrance,
                            std::unique_ptr<ConnectionLimits::Place> place) {
  const std::unique_ptr<ConnectionLimits::Place> counted = std::move(place);
  co_await life.clients.serve(std::move(accepted), entrance);
}

}  // namespace sallyport::server
