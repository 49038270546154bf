#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/socket.hpp"

namespace sallyport::login {

// Where a directory server listens, as its URL says.
struct LdapAddress {
  enum class Scheme : std::uint8_t { ldap, ldaps, ldapi };

  std::string url;
  Scheme scheme = Scheme::ldap;
  std::string host;  // a name or an address without brackets; of ldapi the path of the socket
  std::string port;  // empty for ldapi
};

// Error: bad_config.
Result<LdapAddress> parse_ldap_url(const std::string& url);

// A connected socket; the addresses of the host are tried in turn, all of them before `end`. No read or write on it
// blocks for more than a moment, so that whoever uses it can look at the clock. Blocks. Errors: timeout, refused,
// unreachable, reset, internal, each with the address.
//
// libldap is not left to connect by itself: it grants its time limit to each address of a name, and to the TLS
// handshake anew (and waits for that one in a busy loop, without any limit, unless the connection is asynchronous).
Result<net::Fd> connect_to(const LdapAddress& address, TimePoint end);

}  // namespace sallyport::login
