#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sallyport::tls {

// Whether clients are asked for a certificate. No handshake fails for want of one, or because of one that is refused:
// whoever serves the connection looks at it.
enum class ClientAuth : std::uint8_t { never, optional, required, critical, prompt_as_needed };

// In the handshake?
inline bool asks_in_handshake(ClientAuth policy) {
  return policy != ClientAuth::never && policy != ClientAuth::prompt_as_needed;
}
// Handshakes made under one of these are as good as those under the other.
inline bool same_handshake(ClientAuth a, ClientAuth b) {
  return a == b || (!asks_in_handshake(a) && !asks_in_handshake(b));
}

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
  // Is one asked for late anywhere?
  bool asks_late() const {
    for (const auto& [host, policy] : hosts) {
      if (policy == ClientAuth::prompt_as_needed) return true;
    }
    return others == ClientAuth::prompt_as_needed;
  }
  // Is a certificate asked for anywhere, at some time?
  bool asks() const {
    for (const auto& [host, policy] : hosts) {
      if (policy != ClientAuth::never) return true;
    }
    return others != ClientAuth::never;
  }
};

}  // namespace sallyport::tls
