#include "admin/totp_commands.hpp"

#include "admin/grammar.hpp"
#include "admin/registry_edit.hpp"
#include "base/text.hpp"
#include "login/qr_code.hpp"
#include "login/totp_secret.hpp"

namespace sallyport::admin {
namespace {

constexpr std::string_view kVerbs[] = {"enrol", "remove", "show"};

CommandOutput enrol(const std::string& name, login::LdifDocument& registry, const UserCommandRules& rules) {
  const Secret secret = login::new_totp_secret();
  const std::string user(find_user(registry, name)->value("uid"));
  const Secret uri = login::otpauth_uri(secret, rules.totp_issuer, user, rules.totp);
  const auto code = login::QrCode::make(uri.reveal());
  if (!code) return failed(code.error());
  CommandOutput output = edit(registry, [&](login::LdifDocument& next) -> Result<void> {
    find_user(next, name)->set(login::kTotpAttribute, login::stored_totp_secret(secret).reveal());
    return {};
  });
  if (!output.changed) return output;
  output.out = std::string(uri.reveal()) + "\n" + std::string(code->terminal_text().reveal());
  return output;
}

}  // namespace

Result<> set_totp_secret(login::LdifDocument& registry, std::string_view user, const Secret& stored, bool replaces) {
  login::LdifEntry* const entry = find_user(registry, user);
  if (entry == nullptr) return fail(Errc::not_found, "there is no user " + log_escaped(user, 200), Side::directory);
  if (!replaces && entry->has(login::kTotpAttribute)) {
    return fail(Errc::already_exists, log_escaped(user, 200) + " is enrolled already", Side::directory);
  }
  entry->set(login::kTotpAttribute, stored.reveal());
  return Result<>();
}

CommandOutput run_totp_command(std::span<const std::string> words, login::LdifDocument& registry,
                               const UserCommandRules& rules) {
  const auto verb = words.size() == 2 ? match_keyword(words[0], kVerbs) : std::nullopt;
  if (!verb) return misused("user totp enrol|remove|show <name>");
  const std::string& name = words[1];
  const login::LdifEntry* const user = find_user(registry, name);
  if (user == nullptr) return failed(Error(Errc::not_found, "there is no user " + log_escaped(name, 200)));
  if (*verb == 0) return enrol(name, registry, rules);
  const bool has_secret = user->has(login::kTotpAttribute);
  if (*verb == 2) return printed(has_secret ? "enrolled\n" : "not enrolled\n");
  if (!has_secret) return failed(Error(Errc::not_found, log_escaped(name, 200) + " is not enrolled"));
  return edit(registry, [&](login::LdifDocument& next) -> Result<void> {
    find_user(next, name)->remove(login::kTotpAttribute);
    return {};
  });
}

}  // namespace sallyport::admin
