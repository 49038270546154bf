#pragma once

#include <functional>

#include "async/worker_pool.hpp"
#include "login/ldif_registry.hpp"
#include "login/password_registry.hpp"

namespace sallyport::login {

// The LDIF registry as workers ask it: password hashes are slow on purpose, so they are computed on the worker pool,
// which must outlive this.
class OffloadedRegistry final : public PasswordRegistry {
 public:
  // Changes the file and puts the change into effect, on a thread of the pool: see PasswordRegistry.
  using StoreSecret = std::function<Result<>(const std::string& user, const Secret& secret, bool replaces)>;

  OffloadedRegistry(async::WorkerPool& pool, std::shared_ptr<const LdifRegistry> registry, StoreSecret store_secret = {})
      : pool_(pool), registry_(std::move(registry)), store_secret_(std::move(store_secret)) {}

  async::Task<Result<CredentialPtr>> authenticate(std::string user, Secret password,
                                                  async::Deadline deadline) override;
  async::Task<Result<CredentialPtr>> look_up(std::string user, async::Deadline deadline) override;
  async::Task<Result<CredentialPtr>> find_entry(EntryMatch match, async::Deadline deadline) override;
  async::Task<Result<Secret>> totp_secret(std::string user, async::Deadline deadline) override;
  async::Task<Result<>> store_totp_secret(std::string user, Secret secret, bool replaces,
                                          async::Deadline deadline) override;

 private:
  async::WorkerPool& pool_;
  std::shared_ptr<const LdifRegistry> registry_;
  StoreSecret store_secret_;
};

}  // namespace sallyport::login
