#pragma once

#include <string>
#include <vector>

namespace sallyport {

// certificate authority -n NAME -d DAYS PREFIX
// certificate issue -a PREFIX [-k server|client] [-n NAME] [-d DAYS] PREFIX HOST...
// certificate check [-c CONF] FILE
// The first two write PREFIX.pem (certificate) and PREFIX.key (mode 0600). Existing files are not touched. The
// third verifies the chain in the file as the daemon would with this configuration: see certificate_check.hpp. Exit status
// as for all commands. `config_path`: where nothing else is said.
int run_certificate_command(const std::vector<std::string>& words, const std::string& config_path);

}  // namespace sallyport
