#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sallyport::tls {

// What of a ClientHello must be known before GnuTLS acts on it.
struct HelloExtensions {
  std::string server_name;  // host_name of server_name (RFC 6066 section 3), in lower case; empty if absent or malformed
  std::string ticket;       // the first pre_shared_key identity (RFC 8446 section 4.2.11)
  bool knows_tls_1_2 = true;  // by supported_versions (RFC 8446 section 4.2.1), if that is there
  bool offers_h2 = false;   // in application_layer_protocol_negotiation (RFC 7301 section 3.1)
  bool offers_post_handshake_auth = false;  // RFC 8446 section 4.2.6
};

// `extension_type` and `body` as GnuTLS hands them out; takes note of the types above, ignores all others.
void note_extension(HelloExtensions& hello, unsigned extension_type, std::string_view body);

// The extensions in the body of a ClientHello message (RFC 8446 section 4.1.2); those in front of the first malformed one.
HelloExtensions extensions_of(std::string_view client_hello);

// Whether the client whose first bytes these are offers post-handshake authentication; nothing: that takes more bytes, at
// most kMostHelloBytes in all. Sure only if it says no: what is malformed, or no TLS, or a ClientHello in several records,
// may offer anything.
std::optional<bool> may_offer_post_handshake_auth(std::string_view bytes);
inline constexpr std::size_t kMostHelloBytes = 5 + 16 * 1024;  // a record of plaintext (RFC 8446 section 5.1)

// Whether a whole record of application data stands in front (RFC 8446 section 5.1); in TLS 1.3 it may be of another kind
// all the same.
bool begins_with_data_record(std::string_view bytes);

// The ticket in the body of a NewSessionTicket of TLS 1.3 (RFC 8446 section 4.6.1); empty if malformed.
std::string_view ticket_of_message(std::string_view body);

// Whether a Certificate message has a certificate in it; `has_context`: it is one of TLS 1.3 (RFC 8446 section 4.4.2, RFC
// 5246 section 7.4.2).
bool shows_certificate(std::string_view body, bool has_context);

}  // namespace sallyport::tls
