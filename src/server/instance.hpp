// server: the process: what is configured, the workers that serve it, the commands that change it, signals. It makes
// snapshots and publishes them; workers only read them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "admin/command_output.hpp"
#include "async/snapshot.hpp"
#include "async/worker_pool.hpp"
#include "inbound/commons.hpp"
#include "server/directory.hpp"
#include "server/instance_files.hpp"
#include "server/live_parts.hpp"
#include "server/snapshot_builder.hpp"

namespace sallyport::server {

// One configured instance: its settings and stores as they are now, and the snapshot made of them. Commands change a
// copy, write the file, and only then publish; whatever fails on the way changes nothing. All calls block (files), and
// are serialized by a lock; published() is for everybody.
class Instance {
 public:
  // Reads everything. Errors are in `diagnostics`, all at once for sallyport.conf, the first one for each other file.
  // `offload`, `directory_threads`, `tickets` and `verification` must outlive the instance's use.
  static std::unique_ptr<Instance> open(const std::string& config_path, async::WorkerPool& offload,
                                        DirectoryThreads& directory_threads, tls::TicketTable& tickets,
                                        ClientVerification& verification, config::Diagnostics& diagnostics);

  const async::Published<inbound::Snapshot>& published() const { return *published_; }
  std::shared_ptr<const config::Settings> settings() const;
  // "default-sallyport-localhost"
  std::string server_name() const;

  // What is not wrong but may well be a mistake: junctions that lead to one server past each other's policy (attack
  // A15), secrets in files that others can read (attack G8), certificates for hosts that are not served (attack A10).
  config::Diagnostics warnings() const;

  // Reads all files again, publishes what they say, and lets `parts` follow; on any error nothing changes. Ends the
  // sessions of users whom the registry does not know any more as it did (attack F12). Settings that need a restart
  // keep their values. Says how it ended, with warnings and what needs a restart, and logs the same.
  admin::CommandOutput reload(LiveParts& parts);

  // Runs one command of an administrator, with the parts that it may act on.
  admin::CommandOutput run(const std::vector<std::string>& words, LiveParts& parts);

 private:
  struct State {
    std::shared_ptr<const config::Settings> settings;
    authz::PolicyDocument policy;
    std::vector<junction::Junction> junctions;
    login::LdifDocument registry_document;
    std::shared_ptr<const login::LdifRegistry> users;  // null if they are in a directory
    std::shared_ptr<login::PasswordRegistry> registry;
  };

  Instance(std::string config_path, async::WorkerPool& offload, DirectoryThreads& directory_threads,
           tls::TicketTable& tickets, ClientVerification& verification)
      : config_path_(std::move(config_path)),
        offload_(offload),
        directory_threads_(directory_threads),
        builder_(tickets, verification) {}

  // `running`: null at the start. `waiting`: what differs from it and needs a restart.
  Result<State> load(const config::Settings* running, std::vector<std::string>& waiting,
                     config::Diagnostics& diagnostics);
  Result<std::shared_ptr<const inbound::Snapshot>> build(const State& state, bool fresh);
  config::Diagnostics warnings_of(const State& state, const inbound::Snapshot& snapshot) const;
  Result<std::vector<std::string>> take_files(LiveParts& parts, config::Diagnostics& warnings);
  admin::CommandOutput run_policy_command(const std::vector<std::string>& words);
  admin::CommandOutput run_junction_command(const std::vector<std::string>& words);
  admin::CommandOutput run_registry_command(const std::vector<std::string>& words, store::SessionStore& sessions);
  // The LDIF registry as workers ask it.
  std::shared_ptr<login::PasswordRegistry> asked_for(std::shared_ptr<const login::LdifRegistry> users);
  Result<> store_totp_secret(const std::string& user, const Secret& secret, bool replaces);
  admin::CommandOutput adopt(State next, const std::function<Result<>()>& save);

  const std::string config_path_;
  async::WorkerPool& offload_;
  DirectoryThreads& directory_threads_;
  mutable std::mutex mutex_;
  SnapshotBuilder builder_;
  std::unique_ptr<State> state_;
  std::unique_ptr<async::Published<inbound::Snapshot>> published_;
};

}  // namespace sallyport::server
