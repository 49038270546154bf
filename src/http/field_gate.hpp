#pragma once

#include <cstdint>

#include "http/field_names.hpp"
#include "http/message.hpp"

// The one gate that header fields pass between a client and an upstream, in both HTTP versions and both directions. It
// only removes. What the gateway itself has to say is added behind the gate, so that nothing a client sends, and no
// Connection option, can touch it.
namespace sallyport::http {

struct GateRules {
  // Fields in which proxies describe the client (Forwarded, X-Forwarded-*, X-Real-IP, Client-Cert and the like) are
  // kept: the peer is a proxy of ours.
  bool keep_forwarded = false;
  // X-HTTP-Method-Override and the like are kept: they change what the judged method means.
  bool keep_method_override = false;
  // "TE: trailers" is kept, nothing else of TE is: trailers are passed on.
  bool keep_te_trailers = false;
};

// How many fields were removed, by the reason.
struct RemovedFields {
  std::uint32_t hop_by_hop = 0;  // RFC 9110 section 7.6.1, and what Connection named
  std::uint32_t identity = 0;    // reserved names: somebody tries to be somebody. Belongs into the audit log
  std::uint32_t forwarded = 0;   // claims about the client from a peer that is not trusted with them
  std::uint32_t method_override = 0;
  std::uint32_t alias = 0;  // "content_length": a field that counts, spelled as only some would read it

  std::uint32_t total() const { return hop_by_hop + identity + forwarded + method_override + alias; }
};

// Removes from a request what must not pass: reserved names in every spelling; hop-by-hop fields, Connection and what
// it names (never fields that are meant for the end: RFC 9110 section 7.6.1), Upgrade, HTTP2-Settings, TE, Trailer,
// Transfer-Encoding, Proxy and Proxy-*, Expect, which is ours to answer; claims about the client and method
// overrides unless the rules keep them; other spellings of Host, Content-Length, Cookie and the like. Call it after
// framing, keep-alive, Expect and WebSocket have been decided and the cookies have been read.
RemovedFields sanitize_request(Headers& headers, const ReservedNames& reserved, const GateRules& rules);

// Removes from a response: reserved names; hop-by-hop fields as above; Alt-Svc, which would lead clients past us.
// Call it after the framing has been decided.
RemovedFields sanitize_response(Headers& headers, const ReservedNames& reserved);

}  // namespace sallyport::http
