#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "async/task_group.hpp"
#include "async/worker_pool.hpp"
#include "inbound/client_connections.hpp"
#include "net/listener.hpp"
#include "server/connection_limits.hpp"

namespace sallyport::server {

struct ListeningSocket {
  net::Fd fd;
  inbound::Entrance entrance;
};

// A thread with a loop of its own, its own listening sockets (SO_REUSEPORT) and pools. Nothing that it owns is touched
// by another thread; the calls below only post to its loop.
class Worker {
 public:
  Worker(std::string id_prefix, inbound::Commons& commons, async::WorkerPool& offload,
         ConnectionLimits& limits, std::vector<ListeningSocket> sockets);
  // Stops at once what still runs.
  ~Worker();

  void start();
  // Takes no new connections, lets those that are open finish what they are at, ends after `grace` at the latest.
  void drain(Duration grace);
  void join();

 private:
  class Life;
  void run();
  async::Task<> live(Life& life);
  async::Task<> accept_connections(Life& life, std::size_t socket);
  async::Task<> serve(Life& life, net::Accepted accepted, inbound::Entrance entrance,
                      std::unique_ptr<ConnectionLimits::Place> place);

  const std::string id_prefix_;
  inbound::Commons& commons_;
  async::WorkerPool& offload_;
  ConnectionLimits& limits_;
  std::vector<ListeningSocket> sockets_;
  SteadyClock clock_;
  async::EventLoop loop_{clock_};
  Life* life_ = nullptr;  // the loop's thread only
  std::thread thread_;
};

}  // namespace sallyport::server
