#pragma once

#include <string>
#include <vector>

namespace sallyport {

// certificate authority -n NAME -d DAYS PREFIX
// certificate issue -a PREFIX [-k server|client] [-n NAME] [-d DAYS] PREFIX HOST...
// Writes PREFIX.pem (certificate) and PREFIX.key (mode 0600). Existing files are not touched. Exit status as for all
// commands.
int run_certificate_command(const std::vector<std::string>& words);

}  // namespace sallyport
