#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tls/server_context.hpp"

namespace sallyport::inbound {

// What a listening socket is for.
struct Entrance {
  std::size_t interface = 0;  // its number, see config/interfaces.hpp
  bool tls = false;
};

// How the connections of one interface are made. Its number never changes as long as the server runs; a reload may change
// its rules.
struct Interface {
  std::shared_ptr<const tls::ServerContext> tls;  // null: there is no HTTPS; its tickets are good by no other interface
  tls::ClientAuthPolicies client_auth;
  // Where clients belong who have come by HTTP, or to log in: its own, if it has one and is for more than logins.
  std::uint16_t https_port = 0;
  // That of secondary-port: whoever connects wants to be asked for a certificate, and there is nothing else for him. No
  // rule of a host counts there, and what he shows is looked at by the login that he is at, not after the handshake.
  bool is_for_logins = false;
};

}  // namespace sallyport::inbound
