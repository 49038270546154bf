#pragma once

#include <functional>
#include <span>
#include <string>

#include "admin/command_output.hpp"
#include "base/secret.hpp"
#include "crypto/totp.hpp"
#include "login/ldif.hpp"

namespace sallyport::admin {

// What the commands need besides the registry.
struct UserCommandRules {
  // Makes the userPassword value for a password: login::new_stored_password.
  std::function<Result<std::string>(const Secret&)> hash;
  std::string totp_issuer;  // what apps call this service
  crypto::TotpRules totp;
  std::size_t min_password = 8;  // characters; for passwords set without -no-password-policy
};

// user create|delete|list|show|show-dn|show-groups|modify|totp over the users of one LDIF file. `words` is the whole
// command, "user" first. Changes the document or nothing; what results is one that login::LdifRegistry takes.
CommandOutput run_user_command(std::span<const std::string> words, login::LdifDocument& registry,
                               const UserCommandRules& rules);

// group create|delete|list|show|show-members|modify, likewise.
CommandOutput run_group_command(std::span<const std::string> words, login::LdifDocument& registry);

}  // namespace sallyport::admin
