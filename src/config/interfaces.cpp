#include "config/interfaces.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::config {
namespace {

constexpr std::size_t kShownBytes = 60;  // of what is wrong, in an error message
const std::vector<std::string_view> kProperties = {"network-interface", "https-port", "http-port",
                                                   "accept-client-certs"};

tl::unexpected<Error> wrong(std::string detail) {
  return fail(Errc::bad_config, std::move(detail));
}

std::string shown(std::string_view text) {
  return text.empty() ? "not empty" : "not '" + log_escaped(text, kShownBytes) + "'";
}

std::string unknown(std::string_view property) {
  std::string text = "has an unknown property " + log_escaped(property, kShownBytes);
  if (const auto meant = nearest(property, kProperties)) return text + "; is it " + std::string(*meant) + "?";
  return text + "; there are network-interface, https-port, http-port and accept-client-certs";
}

Result<void> set_port(std::string_view property, std::string_view value, std::uint16_t& into) {
  const auto port = parse_unsigned(value, 65535);
  if (!port || *port == 0) return wrong(std::string(property) + " must be a number from 1 to 65535, " + shown(value));
  into = static_cast<std::uint16_t>(*port);
  return {};
}

Result<void> set_property(std::string_view property, std::string_view value, Interface& into) {
  if (property == "https-port") return set_port(property, value, into.https_port);
  if (property == "http-port") return set_port(property, value, into.http_port);
  if (property == "network-interface") {
    const auto address = IpAddress::parse(value);
    if (!address) return wrong("network-interface must be an IPv4 or IPv6 address, " + shown(value));
    into.network_interface = *address;
    return {};
  }
  if (std::find(std::begin(kClientCertsNames), std::end(kClientCertsNames), value) == std::end(kClientCertsNames)) {
    return wrong("accept-client-certs must be never, optional, required, critical or prompt_as_needed, " + shown(value));
  }
  into.accept_client_certs = client_certs_from(value);
  return {};
}

bool listens_alike(const Interface& a, const Interface& b) {
  return a.name == b.name && a.network_interface == b.network_interface && a.https_port == b.https_port &&
         a.http_port == b.http_port;
}

const Interface* like(const Interface& wanted, const std::vector<Interface>& among) {
  const auto is_it = [&](const Interface& interface) { return listens_alike(interface, wanted); };
  const auto found = std::find_if(among.begin(), among.end(), is_it);
  return found == among.end() ? nullptr : &*found;
}

bool is_every_address(const IpAddress& address) {
  return address == IpAddress::parse("0.0.0.0") || address == IpAddress::parse("::");
}

bool overlap(const IpAddress& a, const IpAddress& b) {
  return a == b || (a.is_v4() == b.is_v4() && (is_every_address(a) || is_every_address(b)));
}

// Whether the rule for some host by some interface is such a one.
template <class Predicate>
bool any_rule(const Settings& settings, Predicate is_such) {
  if (is_such(settings.certificate.accept_client_certs)) return true;
  const auto is_host = [&](const MapEntry& host) { return is_such(client_certs_from(host.value)); };
  if (std::any_of(settings.accept_client_certs.begin(), settings.accept_client_certs.end(), is_host)) return true;
  return std::any_of(settings.interfaces.begin(), settings.interfaces.end(), [&](const Interface& interface) {
    return interface.accept_client_certs && is_such(*interface.accept_client_certs);
  });
}

}  // namespace

Result<Interface> parse_interface(std::string_view name, std::string_view text) {
  Interface interface;
  interface.name = name;
  std::vector<std::string_view> seen;
  if (text.ends_with(';')) text.remove_suffix(1);
  for (const auto piece : split(text, ';')) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos) {
      return wrong("must be property=value, with ; between several, " + shown(trimmed(piece)));
    }
    const auto property = trimmed(piece.substr(0, equals));
    if (std::find(kProperties.begin(), kProperties.end(), property) == kProperties.end()) return wrong(unknown(property));
    if (std::find(seen.begin(), seen.end(), property) != seen.end()) {
      return wrong("has " + std::string(property) + " twice");
    }
    seen.push_back(property);
    if (auto set = set_property(property, trimmed(piece.substr(equals + 1)), interface); !set) return fail(set.error());
  }
  if (interface.https_port == 0 && interface.http_port == 0) return wrong("needs an https-port, an http-port or both");
  if (interface.https_port == 0 && interface.accept_client_certs) {
    return wrong("needs an https-port for its accept-client-certs");
  }
  return interface;
}

ClientCerts client_certs_from(std::string_view text) {
  const auto* const found = std::find(std::begin(kClientCertsNames), std::end(kClientCertsNames), text);
  return static_cast<ClientCerts>(found - std::begin(kClientCertsNames));
}

std::size_t number_of_secondary(const Settings& settings) {
  return 1 + settings.interfaces.size();
}

std::vector<ListeningPort> listening_ports(const Settings& settings) {
  const ServerSettings& server = settings.server;
  std::vector<ListeningPort> ports;
  const auto add = [&](std::size_t interface, bool tls, std::uint16_t port, const std::vector<IpAddress>& addresses,
                       std::string setting) {
    ports.push_back(ListeningPort{interface, tls, port, addresses, std::move(setting)});
  };
  if (server.https) add(0, true, server.https_port, server.network_interface, "[server] https-port");
  if (server.http) add(0, false, server.http_port, server.network_interface, "[server] http-port");
  for (std::size_t i = 0; i < settings.interfaces.size(); ++i) {
    const Interface& interface = settings.interfaces[i];
    std::vector<IpAddress> addresses = server.network_interface;
    if (interface.network_interface) addresses = {*interface.network_interface};
    const std::string setting = "[interfaces] " + interface.name;
    if (interface.https_port != 0) add(i + 1, true, interface.https_port, addresses, setting + " https-port");
    if (interface.http_port != 0) add(i + 1, false, interface.http_port, addresses, setting + " http-port");
  }
  const std::uint16_t secondary = settings.certificate_login.secondary_port;
  if (secondary != 0 && offers_https(settings)) {
    add(number_of_secondary(settings), true, secondary, server.network_interface, "[certificate] secondary-port");
  }
  return ports;
}

bool collide(const ListeningPort& a, const ListeningPort& b) {
  if (a.port != b.port) return false;
  if (a.addresses.empty() || b.addresses.empty()) return true;
  return std::any_of(a.addresses.begin(), a.addresses.end(), [&](const IpAddress& one) {
    return std::any_of(b.addresses.begin(), b.addresses.end(), [&](const IpAddress& other) { return overlap(one, other); });
  });
}

bool offers_https(const Settings& settings) {
  return settings.server.https || std::any_of(settings.interfaces.begin(), settings.interfaces.end(),
                                              [](const Interface& interface) { return interface.https_port != 0; });
}

std::uint16_t main_https_port(const Settings& settings) {
  if (settings.server.https) return settings.server.https_port;
  for (const Interface& interface : settings.interfaces) {
    if (interface.https_port != 0) return interface.https_port;
  }
  return settings.server.https_port;
}

bool asks_for_certificates(const Settings& settings) {
  return any_rule(settings, [](ClientCerts rule) { return rule != ClientCerts::never; });
}

bool asks_late(const Settings& settings) {
  return any_rule(settings, [](ClientCerts rule) { return rule == ClientCerts::prompt_as_needed; });
}

bool same_until_restart(const std::vector<Interface>& running, const std::vector<Interface>& next) {
  // No two of them have the same name.
  return running.size() == next.size() && std::all_of(running.begin(), running.end(), [&](const Interface& interface) {
    return like(interface, next) != nullptr;
  });
}

void keep_until_restart(const std::vector<Interface>& running, std::vector<Interface>& next) {
  std::vector<Interface> kept = running;
  for (Interface& interface : kept) {
    if (const Interface* const wanted = like(interface, next)) interface.accept_client_certs = wanted->accept_client_certs;
  }
  next = std::move(kept);
}

}  // namespace sallyport::config
