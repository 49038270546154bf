#pragma once

#include "async/worker_pool.hpp"
#include "login/ldif_registry.hpp"
#include "login/password_registry.hpp"

namespace sallyport::login {

// The LDIF registry as workers ask it: password hashes are slow on purpose, so they are computed on the worker pool,
// which must outlive this.
class OffloadedRegistry final : public PasswordRegistry {
 public:
  OffloadedRegistry(async::WorkerPool& pool, std::shared_ptr<const LdifRegistry> registry)
      : pool_(pool), registry_(std::move(registry)) {}

  async::Task<Result<CredentialPtr>> authenticate(std::string user, Secret password,
                                                  async::Deadline deadline) override;
  async::Task<Result<CredentialPtr>> look_up(std::string user, async::Deadline deadline) override;
  async::Task<Result<CredentialPtr>> find_entry(EntryMatch match, async::Deadline deadline) override;

 private:
  async::WorkerPool& pool_;
  std::shared_ptr<const LdifRegistry> registry_;
};

}  // namespace sallyport::login
