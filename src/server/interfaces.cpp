#include "server/interfaces.hpp"

#include "base/text.hpp"
#include "config/interfaces.hpp"
#include "server/certificate_setup.hpp"
#include "server/files.hpp"

namespace sallyport::server {
namespace {

std::string priorities_of(const config::SslSettings& settings) {
  std::string priorities = settings.priority.empty() ? tls::kDefaultPriorities : settings.priority;
  if (settings.disable_tls_v12) priorities += ":-VERS-TLS1.2";
  if (settings.disable_tls_v13) priorities += ":-VERS-TLS1.3";
  return priorities;
}

tls::ClientAuth client_auth_of(config::ClientCerts setting) {
  switch (setting) {
    case config::ClientCerts::never: return tls::ClientAuth::never;
    case config::ClientCerts::optional: return tls::ClientAuth::optional;
    case config::ClientCerts::required: return tls::ClientAuth::required;
    case config::ClientCerts::critical: return tls::ClientAuth::critical;
    case config::ClientCerts::prompt_as_needed: return tls::ClientAuth::prompt_as_needed;
  }
  return tls::ClientAuth::critical;
}

// Of an interface whose own rule is this one.
tls::ClientAuthPolicies client_auth_of(const config::Settings& settings, std::optional<config::ClientCerts> own) {
  tls::ClientAuthPolicies policies;
  policies.others = client_auth_of(own.value_or(settings.certificate.accept_client_certs));
  for (const config::MapEntry& host : settings.accept_client_certs) {
    policies.hosts[lowered(host.key)] = client_auth_of(config::client_certs_from(host.value));
  }
  return policies;
}

// But for the rules about clients' certificates.
Result<tls::ServerOptions> tls_options(const config::Settings& settings) {
  tls::ServerOptions options;
  tls::ServerIdentity main;
  for (std::size_t i = 0; i < settings.ssl.server_cert_file.size(); ++i) {
    auto pair = read_pair(settings.ssl.server_cert_file[i], settings.ssl.server_key_file[i]);
    if (!pair) return fail(pair.error());
    main.pairs.push_back(std::move(*pair));
  }
  options.identities.push_back(std::move(main));
  for (const config::SniCertificate& sni : settings.ssl_sni) {
    auto pair = read_pair(sni.cert_file, sni.key_file);
    if (!pair) return fail(pair.error());
    tls::ServerIdentity* same_host = nullptr;
    for (auto& identity : options.identities) {
      if (!identity.names.empty() && identity.names.front() == sni.host) same_host = &identity;
    }
    if (same_host == nullptr) {
      tls::ServerIdentity identity;
      identity.names.push_back(sni.host);
      options.identities.push_back(std::move(identity));
      same_host = &options.identities.back();
    }
    same_host->pairs.push_back(std::move(*pair));
  }
  if (!settings.certificate.client_ca_file.empty()) {
    auto authorities = read_file(settings.certificate.client_ca_file, kMostPem);
    if (!authorities) return fail(authorities.error());
    options.client_ca_pem = std::move(*authorities);
    options.client_ca_origin = settings.certificate.client_ca_file;
  }
  options.priorities = priorities_of(settings.ssl);
  options.tickets = settings.ssl.session_tickets;
  options.ticket_lifetime = settings.ssl.session_ticket_lifetime;
  if (settings.server.enable_http2) options.alpn.push_back("h2");
  options.alpn.push_back("http/1.1");
  return options;
}

}  // namespace

Result<std::vector<inbound::Interface>> make_interfaces(const config::Settings& settings, tls::TicketTable& tickets) {
  const bool has_secondary = settings.certificate_login.secondary_port != 0;
  std::vector<inbound::Interface> interfaces(config::number_of_secondary(settings) + (has_secondary ? 1 : 0));
  for (inbound::Interface& interface : interfaces) {
    interface.client_auth = client_auth_of(settings, std::nullopt);
    interface.https_port = config::main_https_port(settings);
  }
  for (std::size_t i = 0; i < settings.interfaces.size(); ++i) {
    const config::Interface& line = settings.interfaces[i];
    interfaces[i + 1].client_auth = client_auth_of(settings, line.accept_client_certs);
    if (line.https_port != 0) interfaces[i + 1].https_port = line.https_port;
  }
  if (has_secondary) {
    interfaces.back().client_auth = tls::ClientAuthPolicies{tls::ClientAuth::optional, {}};
    interfaces.back().is_for_logins = true;
  }
  if (!config::offers_https(settings)) return interfaces;
  auto options = tls_options(settings);
  if (!options) return fail(options.error());
  for (const config::ListeningPort& port : config::listening_ports(settings)) {
    if (!port.tls) continue;
    inbound::Interface& interface = interfaces[port.interface];
    options->client_auth = interface.client_auth;
    // With a key of its own for tickets: none is good by two interfaces.
    auto context = tls::ServerContext::make(*options, tickets);
    if (!context) return fail(context.error());
    interface.tls = std::move(*context);
  }
  return interfaces;
}

}  // namespace sallyport::server
