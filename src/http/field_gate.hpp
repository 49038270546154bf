#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

// The names that Connection lists and may list (never fields that are meant for the end: RFC 9110 section 7.6.1), without
// those that the gate treats in its own way.
class ConnectionOptions {
 public:
  explicit ConnectionOptions(const Headers& headers);
  bool empty() const { return names_.empty(); }
  bool name(std::string_view field) const;

 private:
  void take_list(std::string_view list);
  std::vector<std::string> names_;  // folded and sorted
};

// Does the gate treat that name, in any spelling, in a way of its own?
bool is_known_to_gate(std::string_view name);

// Judges the fields of one request. Refused are: reserved names in every spelling; hop-by-hop fields, Connection and
// what it names, Upgrade, HTTP2-Settings, TE, Trailer, Transfer-Encoding, Proxy and Proxy-*, Expect, which is ours to
// answer; claims about the client and method overrides unless the rules keep them; other spellings of Host,
// Content-Length, Cookie and the like. Make it after framing, keep-alive, Expect and WebSocket have been decided.
class RequestGate {
 public:
  // `reserved` must outlive the gate.
  RequestGate(const Headers& headers, const ReservedNames& reserved, const GateRules& rules);
  bool passes(const Field& field) { return surely_.has(field.id) || judge(field); }
  // So far.
  const RemovedFields& removed() const { return removed_; }

 private:
  bool judge(const Field& field);

  ConnectionOptions options_;
  const ReservedNames& reserved_;
  GateRules rules_;
  FieldIds surely_;  // these pass
  RemovedFields removed_;
};

// The same for a response: reserved names; hop-by-hop fields as above; Alt-Svc, which would lead clients past us. Make
// it after the framing has been decided.
class ResponseGate {
 public:
  ResponseGate(const Headers& headers, const ReservedNames& reserved);
  bool passes(const Field& field) { return surely_.has(field.id) || judge(field); }
  const RemovedFields& removed() const { return removed_; }

 private:
  bool judge(const Field& field);

  ConnectionOptions options_;
  const ReservedNames& reserved_;
  FieldIds surely_;  // these pass
  RemovedFields removed_;
};

}  // namespace sallyport::http
