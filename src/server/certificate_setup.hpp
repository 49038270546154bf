#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"
#include "login/certificate_rules.hpp"
#include "tls/certificate_pair.hpp"

namespace sallyport::server {

// Whose certificate is whose, as the settings say. Reads client-ca-file to know how many authorities there are. Blocks.
// Errors: bad_config and those of files.
Result<login::CertificateRules> certificate_rules(const config::Settings& settings);

// A certificate with its chain, and its key. Errors: those of the files.
Result<tls::CertificatePair> read_pair(const std::string& chain_file, const std::string& key_file);

}  // namespace sallyport::server
