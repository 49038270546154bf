#include "config/schema.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace sallyport::config {
namespace {

constexpr StanzaSpec kStanzas[] = {
    {"server", "The server itself: names, ports, limits of connections and requests."},
    {"interfaces", "More interfaces to listen on, one line for each."},
    {"ssl", "TLS towards clients."},
    {"ssl-sni", "More certificates, one line for each host."},
    {"certificate", "Certificates of clients."},
    {"certificate-users", "Whose certificate it is: users who log in by a certificate."},
    {"certificate-levels", "How strong a login by a certificate is."},
    {"accept-client-certs", "Whether clients are asked for a certificate, one line for each host."},
    {"session", "Sessions of users."},
    {"forms", "Login with a form."},
    {"ba", "Login with HTTP basic authentication."},
    {"totp", "One-time passwords of apps."},
    {"acnt-mgt", "Pages that the server makes itself."},
    {"login-limits", "What stops those who try passwords."},
    {"authentication-levels", "How strong each method of login is."},
    {"level-lifetime", "How long a level of authentication lasts, one line for each."},
    {"step-up", "When a user has to prove more than he has."},
    {"registry", "Users and groups."},
    {"ldap", "The LDAP directory, when the registry is of type ldap."},
    {"policy", "Who may do what."},
    {"junction", "Connections to the servers behind."},
    {"http-method-perms", "Permissions for HTTP methods, one line for each method."},
    {"header-names", "More headers for the servers behind, one line for each datum."},
    {"logging", "Logs."},
    {"admin", "Administration."},
};

std::vector<SettingSpec> joined() {
  std::vector<SettingSpec> rows;
  for (const auto part : {server_rows(), interface_rows(), login_rows(), certificate_rows(), certificate_login_rows(),
                          certificate_user_rows(), totp_rows(), step_up_rows(), registry_rows(), junction_rows()}) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  // A stanza may have rows in several parts.
  const auto place = [](const SettingSpec& row) {
    const auto is_it = [&](const StanzaSpec& stanza) { return stanza.name == row.stanza; };
    return std::find_if(std::begin(kStanzas), std::end(kStanzas), is_it) - std::begin(kStanzas);
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const SettingSpec& a, const SettingSpec& b) { return place(a) < place(b); });
  return rows;
}

}  // namespace

std::span<const StanzaSpec> stanzas() {
  return kStanzas;
}

std::span<const SettingSpec> schema() {
  static const std::vector<SettingSpec> rows = joined();
  return rows;
}

const SettingSpec* find_setting(std::string_view stanza, std::string_view key) {
  for (const auto& row : schema()) {
    if (row.stanza == stanza && row.key == key && !row.is_map()) return &row;
  }
  return nullptr;
}

const SettingSpec* find_map(std::string_view stanza) {
  for (const auto& row : schema()) {
    if (row.stanza == stanza && row.is_map()) return &row;
  }
  return nullptr;
}

}  // namespace sallyport::config
