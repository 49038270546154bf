#pragma once

#include "admin/user_commands.hpp"

namespace sallyport::admin {

// user totp enrol|remove|show <name>; `words` begin with the word after "totp". enrol makes a secret, in the place of one
// that there may be, and prints it for an app: as an otpauth URI and as a QR code.
CommandOutput run_totp_command(std::span<const std::string> words, login::LdifDocument& registry,
                               const UserCommandRules& rules);

// Stores the secret of a user; his first one alone if `replaces` is false. Errors: not_found, already_exists.
Result<> set_totp_secret(login::LdifDocument& registry, std::string_view user, const Secret& stored, bool replaces);

}  // namespace sallyport::admin
