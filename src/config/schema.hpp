#pragma once

#include <span>
#include <string_view>

#include "config/setting_spec.hpp"

// The table of settings. Everything that sallyport.conf can say is a row here, and nowhere else.
namespace sallyport::config {

// The stanzas in the order of the manual, and the rows in the order of their stanzas.
std::span<const StanzaSpec> stanzas();
std::span<const SettingSpec> schema();

// nullptr if there is none.
const SettingSpec* find_setting(std::string_view stanza, std::string_view key);
// The row of a stanza with free keys; nullptr for every other stanza.
const SettingSpec* find_map(std::string_view stanza);

// The parts of the table, one file each.
std::span<const SettingSpec> server_rows();    // [server]
std::span<const SettingSpec> interface_rows();  // [interfaces]
std::span<const SettingSpec> login_rows();     // [ssl] to [login-limits], but for the following
std::span<const SettingSpec> certificate_rows();  // [certificate]
std::span<const SettingSpec> certificate_login_rows();  // [certificate], of logins
std::span<const SettingSpec> step_up_rows();   // [authentication-levels] to [step-up]
std::span<const SettingSpec> registry_rows();  // [registry], [ldap], [policy]
std::span<const SettingSpec> certificate_user_rows();  // [certificate-users], [certificate-levels]
std::span<const SettingSpec> totp_rows();               // [totp]
std::span<const SettingSpec> junction_rows();  // [junction] to [admin]

// What must hold of every row; each part asserts it at compile time.
constexpr bool well_formed(const SettingSpec& row) {
  return (row.field.admits & detail::bit(row.type)) != 0 && !row.summary.empty() && row.summary.back() == '.' &&
         (row.type == SettingType::choice) == !row.choices.empty() && row.is_map() == !row.key_form.wanted.empty() &&
         row.min <= row.max && !row.stanza.empty() && !row.key.empty() && !row.since.empty() &&
         (row.is_list() || row.separator == '\0');
}
constexpr bool well_formed(std::span<const SettingSpec> rows) {
  for (const auto& row : rows) {
    if (!well_formed(row)) return false;
  }
  return true;
}

}  // namespace sallyport::config
