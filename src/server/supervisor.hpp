#pragma once

#include <memory>
#include <string>

#include "server/instance.hpp"

namespace sallyport::server {

// Runs the daemon: opens logs, sockets and workers, serves the admin socket, obeys signals (TERM and INT: end, after the
// open exchanges; HUP: reload; USR1: open the logs anew), tells systemd when it is ready. Returns the exit status.
// Complaints about the start go to standard error.
int run_daemon(const std::string& config_path);

// Checks the configuration and everything it names; prints each complaint on standard error. 0: fine, 1: errors;
// `strict`: warnings count as errors.
int check_configuration(const std::string& config_path, bool strict);

}  // namespace sallyport::server
