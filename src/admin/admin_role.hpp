#pragma once

#include <functional>
#include <string>
#include <vector>

#include "admin/command_output.hpp"
#include "async/worker_pool.hpp"
#include "log/logs.hpp"
#include "net/listener.hpp"

namespace sallyport::admin {

struct AdminOptions {
  std::vector<std::string> allowed_users;   // besides root and the daemon's own user
  std::vector<std::string> allowed_groups;
  Duration timeout{std::chrono::seconds(30)};  // for the command to arrive, and for its answer to be taken
};

// Serves the admin socket: who connects is judged by the kernel's word for him (attack G8), one command a connection.
// Commands run on a pool of their own with one thread, one after the other (attack G9).
class AdminRole {
 public:
  using Run = std::function<CommandOutput(const std::vector<std::string>& words)>;
  // As they are when a command comes; on any thread.
  using Options = std::function<AdminOptions()>;
  AdminRole(async::WorkerPool& executor, log::Logs& logs, Options options, Run run)
      : executor_(executor), logs_(logs), options_(std::move(options)), run_(std::move(run)) {}

  async::Task<> serve(net::Accepted accepted);

 private:
  async::Task<Result<std::string>> read_line(net::Stream& stream);

  async::WorkerPool& executor_;
  log::Logs& logs_;
  const Options options_;
  const Run run_;
};

// Whether this user may administer: root, `own_uid`, an allowed user, or a member (primary or listed) of an allowed
// group. Asks the system's user database: blocks.
bool is_allowed(const net::PeerCredentials& peer, unsigned own_uid, const AdminOptions& options);

}  // namespace sallyport::admin
