#pragma once

#include <string>
#include <vector>

namespace sallyport {

// certificate user [-c CONFIG] FILE
// Says whose certificate the first one in FILE (PEM) is, by the rules of the configuration, and how it comes to that. Asks
// the registry itself, without a daemon; does not verify the certificate. Exit status: 1 if it is nobody's.
int run_certificate_user_command(const std::vector<std::string>& words, std::string config_path);

}  // namespace sallyport
