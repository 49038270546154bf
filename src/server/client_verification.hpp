#pragma once

#include <atomic>
#include <memory>

#include "async/worker_pool.hpp"
#include "config/settings.hpp"
#include "log/logs.hpp"
#include "pki/client_verifier.hpp"

namespace sallyport::server {

// What the verification of clients' certificates needs from one reload to the next: threads that wait for other servers,
// what was fetched from them, and the log. Must be destroyed before the loops of those who verify: its threads post to
// them.
class ClientVerification {
 public:
  // `offload`: for what computes. It must be destroyed before this one: its jobs tell it what belongs into the log.
  explicit ClientVerification(async::WorkerPool& offload) : offload_(offload) {}
  // Waits for the fetches that are under way.
  ~ClientVerification();
  ClientVerification(const ClientVerification&) = delete;
  ClientVerification& operator=(const ClientVerification&) = delete;

  // Events are written there from now on.
  void log_to(log::Logs& logs) { logs_ = &logs; }

  // The verifier of these settings; null without client-ca-file. The first one starts the threads. Sources that did not
  // answer may be asked again. Errors: bad_config and those of files.
  Result<std::shared_ptr<const pki::ClientVerifier>> make(const config::Settings& settings);

 private:
  async::WorkerPool& offload_;
  std::atomic<log::Logs*> logs_{nullptr};
  std::shared_ptr<pki::RevocationCaches> caches_ = std::make_shared<pki::RevocationCaches>();
  std::shared_ptr<pki::Flights> flights_;
  // Last: its threads use what is above.
  std::unique_ptr<async::WorkerPool> fetches_;
};

}  // namespace sallyport::server
