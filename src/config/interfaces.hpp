#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"

// What the server listens on: the ports of [server], those of [interfaces], and secondary-port. Interfaces have numbers, the
// same for all who speak of them: 0 is that of [server], then come those of [interfaces] as they stand in
// Settings::interfaces, and after them that of secondary-port.
namespace sallyport::config {

// How many lines [interfaces] may have: each has sockets of its own in every worker, and certificates in memory.
inline constexpr std::size_t kMostInterfaces = 64;

// A port, at one address or several.
struct ListeningPort {
  std::size_t interface = 0;  // its number
  bool tls = false;
  std::uint16_t port = 0;
  std::vector<IpAddress> addresses;  // empty: all that there are
  std::string setting;               // who says so: "[server] https-port", "[interfaces] partners https-port"
};

// Reads a line of [interfaces]. The error's detail follows the line's name: "https-port must be a number from ...".
Result<Interface> parse_interface(std::string_view name, std::string_view text);

// All of them, in the order of the interfaces.
std::vector<ListeningPort> listening_ports(const Settings& settings);
// Whether no two sockets can be had for both of them.
bool collide(const ListeningPort& a, const ListeningPort& b);

std::size_t number_of_secondary(const Settings& settings);
bool offers_https(const Settings& settings);
// Where clients are sent to who have come by an interface without HTTPS.
std::uint16_t main_https_port(const Settings& settings);

// Whether some host, by some interface, has a rule for client certificates other than `never`.
bool asks_for_certificates(const Settings& settings);
// Whether some host, by some interface, has the rule prompt_as_needed.
bool asks_late(const Settings& settings);
// The rule that is written so; `text` is one of kClientCertsNames.
ClientCerts client_certs_from(std::string_view text);

// Whether the same is listened on, by the same names: the rest of a line of [interfaces] follows a reload.
bool same_until_restart(const std::vector<Interface>& running, const std::vector<Interface>& next);
// Makes `next` what it is until the restart: what is listened on now, with the new rules for client certificates where the
// line speaks of the same ports.
void keep_until_restart(const std::vector<Interface>& running, std::vector<Interface>& next);

}  // namespace sallyport::config
