#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/worker_pool.hpp"
#include "login/ldap_login.hpp"
#include "login/ldap_servers.hpp"
#include "login/password_registry.hpp"

namespace sallyport::login {

// What the administrator says about a directory.
struct LdapDirectoryOptions {
  std::vector<std::string> servers;  // URLs, the preferred one first
  bool start_tls = true;
  std::string ca_file;
  std::string bind_dn;  // empty: anonymous
  Secret bind_password;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration operation_timeout = std::chrono::seconds(10);
  Duration retry_interval = std::chrono::seconds(30);
  std::size_t max_connections = 16;
  LdapRules rules;
};

// Users and groups in an LDAP directory. Logins run on a pool of threads that nobody else uses: a slow directory fills
// this pool's queue, in which further logins are refused at once (attack D7), and nothing else waits.
class LdapDirectory final : public PasswordRegistry {
 public:
  // `pool` has half as many threads as there may be connections. It must outlive the directory's use, not the object.
  // Errors: bad_config.
  static Result<std::shared_ptr<LdapDirectory>> make(LdapDirectoryOptions options, async::WorkerPool& pool,
                                                     LdapServers::Observer observer);

  async::Task<Result<CredentialPtr>> authenticate(std::string user, Secret password, async::Deadline deadline) override;
  async::Task<Result<CredentialPtr>> look_up(std::string user, async::Deadline deadline) override;
  async::Task<Result<CredentialPtr>> find_entry(EntryMatch match, async::Deadline deadline) override;
  async::Task<Result<Secret>> totp_secret(std::string user, async::Deadline deadline) override;
  async::Task<Result<>> store_totp_secret(std::string user, Secret secret, bool replaces,
                                          async::Deadline deadline) override;

 private:
  template <class T>
  using Question = std::function<Result<T>(LdapSession&)>;
  // What jobs on the pool need; those of logins that were given up may outlive the directory.
  struct Core {
    Core(LdapServersOptions options, LdapRules r, LdapServers::Observer observer)
        : servers(std::move(options), std::move(observer)), rules(std::move(r)) {}
    LdapServers servers;
    const LdapRules rules;
    std::atomic<Duration::rep> usual_check{0};  // how long passwords of users take, a moving mean
  };

  LdapDirectory(std::shared_ptr<Core> core, async::WorkerPool& pool) : core_(std::move(core)), pool_(pool) {}
  static Result<LdapVerdict> check(Core& core, const std::string& user, const Secret& password,
                                   const LdapPatience& patience);
  template <class T>
  async::Task<Result<T>> ask(Question<T> question, async::Deadline deadline);
  void probe_what_is_due();
  Duration missing_time(const LdapVerdict& verdict);

  std::shared_ptr<Core> core_;
  async::WorkerPool& pool_;
};

}  // namespace sallyport::login
