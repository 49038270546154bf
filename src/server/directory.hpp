#pragma once

#include <atomic>
#include <memory>

#include "async/worker_pool.hpp"
#include "config/diagnostic.hpp"
#include "config/settings.hpp"
#include "log/logs.hpp"
#include "login/ldap_directory.hpp"

namespace sallyport::server {

// What directories need from one reload to the next: threads that only they use, and the log of what happens to their
// servers. Must be destroyed before the loops of those who log in: its threads post to them.
class DirectoryThreads {
 public:
  // Events are written there from now on.
  void log_to(log::Logs& logs) { logs_ = &logs; }

  // The directory of the settings; the first call starts the threads. Reads the file with the service account's
  // password; that everybody may read it is a warning in `diagnostics`. Errors: bad_config and those of files.
  Result<std::shared_ptr<login::LdapDirectory>> open(const config::Settings& settings,
                                                     config::Diagnostics& diagnostics);

 private:
  void tell(const std::string& url, const Error* reason);

  std::atomic<log::Logs*> logs_{nullptr};
  std::size_t max_connections_ = 0;
  std::unique_ptr<async::WorkerPool> pool_;
};

}  // namespace sallyport::server
