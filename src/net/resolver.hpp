#pragma once

#include <string>
#include <vector>

#include "async/worker_pool.hpp"
#include "base/endpoint.hpp"

namespace sallyport::net {

// The addresses of a host name or address, in the system's order of preference. Blocks. Error: unreachable.
Result<std::vector<IpAddress>> look_up(const std::string& host);

// Host names to addresses, on the worker pool (getaddrinfo: /etc/hosts, DNS), remembered for a while per loop.
// Loop-local; the pool must outlive it.
class Resolver {
 public:
  explicit Resolver(async::WorkerPool& pool) : pool_(pool) {}

  // At least one endpoint, in the system's order of preference. An address in text is answered at once. Errors:
  // unreachable (no such name), timeout, unavailable, canceled.
  async::Task<Result<std::vector<Endpoint>>> resolve(std::string host, std::uint16_t port, async::Deadline deadline);

 private:
  struct Known {
    std::string host;
    std::vector<IpAddress> addresses;
    TimePoint until;
  };
  async::WorkerPool& pool_;
  std::vector<Known> known_;
};

}  // namespace sallyport::net
