#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sallyport::tls {

// Whether clients are asked for a certificate in the handshake.
enum class ClientAuth : std::uint8_t {
  never,
  required,  // the handshake succeeds without one, or with one that is refused: whoever serves the requests looks at it
};

// By host name: of server_name in the handshake, of the authority in requests. The two must agree, or a request for one
// host would come by a connection that was made under the rules of another (attack A11).
struct ClientAuthPolicies {
  ClientAuth others = ClientAuth::never;
  std::map<std::string, ClientAuth, std::less<>> hosts;  // names in lower case

  // `host` without a port, in lower case; may be empty.
  ClientAuth of(std::string_view host) const {
    const auto found = hosts.find(host);
    return found == hosts.end() ? others : found->second;
  }
  // Is a certificate asked for anywhere?
  bool asks() const {
    for (const auto& [host, policy] : hosts) {
      if (policy != ClientAuth::never) return true;
    }
    return others != ClientAuth::never;
  }
};

}  // namespace sallyport::tls
