#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"
#include "login/certificate_rules.hpp"

namespace sallyport::server {

// Whose certificate is whose, as the settings say. Reads client-ca-file to know how many authorities there are. Blocks.
// Errors: bad_config and those of files.
Result<login::CertificateRules> certificate_rules(const config::Settings& settings);

}  // namespace sallyport::server
