#pragma once

#include <cstdint>
#include <string_view>

namespace sallyport::authn {

// How a client is brought to show a certificate. No client knows all of these ways, and no connection allows all.
enum class Delivery : std::uint8_t {
  armed_ticket,   // it reconnects, shows a ticket that was armed for it, and is asked in that full handshake
  in_place,       // it is asked on the connection that it has: post-handshake authentication or renegotiation
  http_1_1,       // it sends the request again by HTTP/1.1, where the other ways are
  tls_1_2,        // its next connection is made by TLS 1.2, which has renegotiation
  other_port,     // it is sent to the port that asks for certificates in every handshake
  none,
};

// "armed-ticket" and the like, for logs and settings.
std::string_view name_of(Delivery delivery);

// Which ways the administrator allows.
struct Deliveries {
  bool armed_ticket = true;
  bool in_place = true;
  bool http_1_1 = true;
  bool tls_1_2 = true;
  bool other_port = false;
  unsigned most_rounds = 12;  // browsers follow 20 redirects
};

// What one login by certificate has come to, when a request for it arrives on a connection without one.
struct CertificateProgress {
  unsigned rounds = 0;         // redirects to another connection until now
  unsigned asked = 0;          // times that a client was asked for this login, on whatever connection
  unsigned in_place = 0;       // of these: on a connection that existed
  unsigned detours = 0;        // rounds that were meant to end in TLS 1.2
  unsigned http_1_1 = 0;       // times that it was told to use HTTP/1.1
  bool refused_in_place = false;  // it will not be asked on a connection that exists
};

// The connection that the request came by.
struct ConnectionAbilities {
  bool is_http_2 = false;
  bool is_tls_1_3 = false;
  bool can_be_asked = false;  // in place
};

// The next way to try. In the order of docs/decisions/0011: what keeps the client on the host, port and version
// that it has comes first; a way that has led to no question in two rounds will not. `none`: they are exhausted.
Delivery next_delivery(const ConnectionAbilities& connection, const CertificateProgress& progress,
                       const Deliveries& allowed);

}  // namespace sallyport::authn
