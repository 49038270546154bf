#include "config/validate.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/interfaces.hpp"

namespace sallyport::config {
namespace {

class Judge {
 public:
  Judge(Parsed& parsed, std::string_view file, const std::set<std::string_view>& broken)
      : parsed_(parsed), file_(file), broken_(broken) {}

  void run() {
    listeners();
    interfaces();
    certificates();
    revocation();
    sessions();
    levels();
    registry();
    junctions();
    methods();
  }

 private:
  void listeners() {
    const auto& server = parsed_.settings.server;
    if (!server.http && !server.https && parsed_.settings.interfaces.empty()) {
      error("server", "https", "neither https nor http is offered");
    }
    if (server.http && server.https && server.http_port == server.https_port) {
      error("server", "http-port", "http-port and https-port are the same");
    }
    if (server.max_request_line > server.max_client_read) {
      error("server", "max-request-line", "max-request-line is larger than max-client-read, which includes it");
    }
    if (server.unix_user.empty() && !server.unix_group.empty()) {
      error("server", "unix-group", "unix-group needs unix-user");
    }
    if (server.proxy_protocol && server.trusted_proxies.empty()) {
      warning("server", "proxy-protocol", "proxy-protocol has no effect: trusted-proxies is not set");
    }
  }

  void interfaces() {
    const Settings& settings = parsed_.settings;
    if (settings.interfaces.size() > kMostInterfaces) {
      error("interfaces", "", "[interfaces] has more than " + std::to_string(kMostInterfaces) + " lines");
      return;
    }
    const auto ports = listening_ports(settings);
    for (auto port = ports.begin(); port != ports.end(); ++port) {
      const auto is_taken = [&](const ListeningPort& other) { return collide(*port, other); };
      const auto other = std::find_if(ports.begin(), port, is_taken);
      if (other != port) port_is_taken(*port, *other);
    }
    for (const Interface& interface : settings.interfaces) holes_in(interface);
  }

  // `first` comes before it in listening_ports().
  void port_is_taken(const ListeningPort& port, const ListeningPort& first) {
    const auto& settings = parsed_.settings;
    const auto is_named = [](const ListeningPort& one) { return one.setting.starts_with("[interfaces]"); };
    if (!is_named(first) && !is_named(port)) {
      if (!port.tls) return;  // see listeners()
      error("certificate", "secondary-port", "secondary-port and " + first.setting + " are the same");
      return;
    }
    const bool is_second = is_named(port);
    const std::size_t line = (is_second ? port : first).interface - 1;
    error("interfaces", lowered(settings.interfaces[line].name),
          (is_second ? port : first).setting + " " + std::to_string(port.port) + " is the same as " +
              (is_second ? first : port).setting +
              (port.addresses == first.addresses ? "" : ", at an address that both have"));
  }

  // Who may think that nobody gets through the interface without a certificate is told of hosts with rules of their own.
  void holes_in(const Interface& interface) {
    const auto is_strict = [](ClientCerts rule) { return rule == ClientCerts::required || rule == ClientCerts::critical; };
    if (!interface.accept_client_certs || !is_strict(*interface.accept_client_certs)) return;
    for (const MapEntry& host : parsed_.settings.accept_client_certs) {
      if (is_strict(client_certs_from(host.value))) continue;
      warning("interfaces", lowered(interface.name),
              "[interfaces] " + interface.name + ": " + host.key +
                  " is served without a certificate there too, for [accept-client-certs] says " + host.value);
    }
  }

  void certificates() {
    const auto& ssl = parsed_.settings.ssl;
    if (offers_https(parsed_.settings) && ssl.server_cert_file.empty()) {
      error("ssl", "server-cert-file", "https needs a certificate: [ssl] server-cert-file is not set");
    }
    if (ssl.server_cert_file.size() != ssl.server_key_file.size()) {
      error("ssl", "server-key-file",
            "there are " + std::to_string(ssl.server_cert_file.size()) + " server-cert-file and " +
                std::to_string(ssl.server_key_file.size()) + " server-key-file; each certificate needs its key");
    }
    if (ssl.disable_tls_v12 && ssl.disable_tls_v13) {
      error("ssl", "disable-tls-v13", "TLS 1.2 and TLS 1.3 are both disabled, and there is no other version");
    }
    const Settings& settings = parsed_.settings;
    if (!asks_for_certificates(settings) || !settings.certificate.client_ca_file.empty()) return;
    const std::string why =
        "client certificates need authorities that vouch for them: [certificate] client-ca-file is not set";
    const bool for_hosts = std::any_of(settings.accept_client_certs.begin(), settings.accept_client_certs.end(),
                                       [](const MapEntry& entry) { return entry.value != "never"; });
    if (for_hosts) {
      error("accept-client-certs", "", why);
    } else if (settings.certificate.accept_client_certs != ClientCerts::never) {
      error("certificate", "accept-client-certs", why);
    } else {
      error("interfaces", "", why);
    }
  }

  void revocation() {
    const auto& certificate = parsed_.settings.certificate;
    if (certificate.crl_ldap_user.empty() != certificate.crl_ldap_user_password_file.empty()) {
      error("certificate", "crl-ldap-user", "crl-ldap-user and crl-ldap-user-password-file need each other");
    }
    if (!certificate.crl_ldap_user.empty() && certificate.crl_ldap_server.starts_with("ldap://")) {
      warning("certificate", "crl-ldap-user", "its password is sent to crl-ldap-server in clear: that is no ldaps://");
    }
    if (!certificate.client_ca_file.empty()) return;
    for (const auto& [set, key] : {std::pair(!certificate.crl_file.empty(), "crl-file"),
                                   std::pair(!certificate.ocsp_url.empty(), "ocsp-url"),
                                   std::pair(!certificate.crl_ldap_server.empty(), "crl-ldap-server")}) {
      if (set) warning("certificate", key, std::string(key) + " has no effect: client-ca-file is not set");
    }
  }

  void sessions() {
    const auto& session = parsed_.settings.session;
    if (session.timeout.count() > 0 && session.inactive_timeout > session.timeout) {
      warning("session", "inactive-timeout", "inactive-timeout has no effect: timeout is shorter");
    }
    const auto& settings = parsed_.settings;
    if (offers_https(settings) && settings.forms.forms_auth == AuthTransport::none &&
        settings.ba.ba_auth == AuthTransport::none) {
      warning("forms", "forms-auth", "nobody can log in: forms-auth and ba-auth are both none");
    }
  }

  void levels() {
    const auto& settings = parsed_.settings;
    const auto& levels = settings.authentication_levels.level;
    const std::string_view stanza = "authentication-levels";
    if (levels.empty() || levels.front() != LevelName::unauthenticated) {
      error(stanza, "level", "the first level must be unauthenticated: it is the one of those who are not logged in");
    }
    for (auto level = levels.begin(); level != levels.end(); ++level) {
      if (std::find(levels.begin(), level, *level) == level) continue;
      error(stanza, "level", "the level " + name_of(*level) + " is there twice");
    }
    const bool by_password =
        settings.forms.forms_auth != AuthTransport::none || settings.ba.ba_auth != AuthTransport::none;
    if (by_password && !has(LevelName::password)) {
      error(stanza, "level", "users may log in with a password, but there is no level password");
    }
    // By default there is no such level, and a login by certificate is worth the lowest one.
    if (asks_for_certificates(settings) && parsed_.line_of(stanza, "level") > 0 && !has(LevelName::ssl)) {
      error(stanza, "level", "users may log in by certificate, but there is no level ssl");
    }
    for (const MapEntry& entry : settings.level_lifetime) {
      const auto* const name = std::find(std::begin(kLevelNames), std::end(kLevelNames), entry.key);
      if (has(static_cast<LevelName>(name - std::begin(kLevelNames)))) continue;
      error("level-lifetime", entry.key, "there is no level " + entry.key + " in [authentication-levels]");
    }
  }

  static std::string name_of(LevelName level) {
    return std::string(kLevelNames[static_cast<std::size_t>(level)]);
  }
  bool has(LevelName name) const {
    const auto& levels = parsed_.settings.authentication_levels.level;
    return std::find(levels.begin(), levels.end(), name) != levels.end();
  }

  void registry() {
    const auto& settings = parsed_.settings;
    if (settings.registry.type == RegistryType::ldif) {
      if (settings.registry.ldif_file.empty())
        error("registry", "ldif-file", "a registry of type ldif needs ldif-file");
      return;
    }
    const auto& ldap = settings.ldap;
    if (ldap.server.empty()) error("ldap", "server", "a registry of type ldap needs at least one [ldap] server");
    if (ldap.user_search_base.empty()) {
      error("ldap", "user-search-base", "a registry of type ldap needs [ldap] user-search-base");
    }
    const bool searches_groups =
        ldap.group_style == GroupStyle::member || ldap.group_style == GroupStyle::unique_member;
    if (searches_groups && ldap.group_search_base.empty()) {
      error("ldap", "group-search-base", "this group-style needs [ldap] group-search-base");
    }
    if (ldap.bind_dn.empty() != ldap.bind_pwd_file.empty()) {
      error("ldap", "bind-dn", "bind-dn and bind-pwd-file need each other");
    }
    const bool clear = std::any_of(ldap.server.begin(), ldap.server.end(),
                                   [](const std::string& url) { return url.starts_with("ldap://"); });
    if (clear && !ldap.start_tls) {
      warning("ldap", "start-tls", "passwords are sent to ldap:// servers in clear: start-tls is no");
    }
  }

  void junctions() {
    const auto& junction = parsed_.settings.junction;
    if (junction.jct_client_cert_file.empty() != junction.jct_client_key_file.empty()) {
      error("junction", "jct-client-cert-file", "jct-client-cert-file and jct-client-key-file need each other");
    }
    if (junction.junction_db.empty()) error("junction", "junction-db", "junction-db is empty");
    if (parsed_.settings.policy.policy_db.empty()) error("policy", "policy-db", "policy-db is empty");
    if (parsed_.settings.admin.socket.empty()) error("admin", "socket", "socket is empty");
  }

  void methods() {
    const auto& perms = parsed_.settings.http_method_perms;
    const bool has_default =
        std::any_of(perms.begin(), perms.end(), [](const MapEntry& entry) { return entry.key == "<default>"; });
    if (!perms.empty() && !has_default) {
      error("http-method-perms", "", "[http-method-perms] has entries but no <default>");
    }
  }

  void error(std::string_view stanza, std::string_view key, std::string message) {
    add(Severity::error, stanza, key, std::move(message));
  }
  void warning(std::string_view stanza, std::string_view key, std::string message) {
    add(Severity::warning, stanza, key, std::move(message));
  }
  void add(Severity severity, std::string_view stanza, std::string_view key, std::string message) {
    if (broken_.contains(stanza)) return;
    auto line = parsed_.line_of(stanza, key);
    if (line == 0) line = parsed_.line_of(stanza, "");
    parsed_.diagnostics.push_back({severity, std::string(file_), line, 0, std::move(message)});
  }

  Parsed& parsed_;
  std::string_view file_;
  const std::set<std::string_view>& broken_;
};

}  // namespace

void validate(Parsed& parsed, std::string_view file, const std::set<std::string_view>& broken) {
  Judge(parsed, file, broken).run();
}

}  // namespace sallyport::config
