#pragma once

#include <string>

namespace sallyport {

// Verifies the chain of a PEM file, the client's certificate first, as sallyportd would with this configuration: its
// authorities, its sources of revocation. Prints what the certificates say, the steps, and the verdict with its reason.
// 0: accepted; 1: refused; 2: it could not be checked (file, configuration).
int check_certificate(const std::string& config_path, const std::string& file);

}  // namespace sallyport
