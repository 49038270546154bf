#include "http/field_gate.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sallyport::http {
namespace {

enum Kind : FoldedNames::Tag {
  kOther = FoldedNames::kNone,
  kHopByHop,
  kTe,
  kForwarded,
  kMethodOverride,
  kAltSvc,
  kOneSpelling,  // kept, but other spellings of it are removed
  kEndToEnd
};

// What the gate knows.
FoldedNames make_known_names() {
  FoldedNames names;
  for (const auto name : {"connection", "keep-alive", "trailer", "trailers", "transfer-encoding", "upgrade", "expect",
                          "http2-settings", "proxy"}) {
    names.add(name, kHopByHop);
  }
  names.add_prefix("proxy-", kHopByHop);
  names.add("te", kTe);
  names.add("alt-svc", kAltSvc);
  for (const auto name : {"forwarded",          "x-forwarded",         "x-real-ip",
                          "x-client-ip",        "client-ip",           "true-client-ip",
                          "x-true-client-ip",   "x-cluster-client-ip", "cf-connecting-ip",
                          "cf-connecting-ipv6", "fastly-client-ip",    "x-proxyuser-ip",
                          "x-remote-ip",        "x-remote-addr",       "remote-addr",
                          "remote-user",        "x-remote-user",       "x-host",
                          "x-scheme",           "x-url-scheme",        "x-https",
                          "front-end-https",    "x-arr-ssl",           "x-arr-clientcert",
                          "x-client-verify",    "x-client-dn"}) {
    names.add(name, kForwarded);
  }
  for (const auto prefix : {"x-forwarded-", "x-original-", "x-rewrite-", "x-envoy-", "x-ssl-", "ssl-client-",
                            "client-cert", "x-client-cert", "x-tls-client-"}) {
    names.add_prefix(prefix, kForwarded);
  }
  for (const auto name : {"x-http-method-override", "x-http-method", "x-method-override"}) {
    names.add(name, kMethodOverride);
  }
  for (const auto name : {"host", "content-length", "content-type", "content-encoding", "cookie", "set-cookie",
                          "authorization", "origin", "referer"}) {
    names.add(name, kOneSpelling);
  }
  return names;
}

// What is meant for the end of the line: Connection cannot name it away.
FoldedNames make_end_to_end_names() {
  FoldedNames names;
  for (const auto name : {"user-agent",
                          "range",
                          "date",
                          "cache-control",
                          "pragma",
                          "location",
                          "etag",
                          "expires",
                          "last-modified",
                          "vary",
                          "age",
                          "allow",
                          "retry-after",
                          "server",
                          "via",
                          "www-authenticate",
                          "authentication-info",
                          "x-requested-with",
                          "x-frame-options",
                          "x-content-type-options"}) {
    names.add(name, kEndToEnd);
  }
  for (const auto prefix : {"content-", "accept", "if-", "sec-", "access-control-", "strict-transport-"}) {
    names.add_prefix(prefix, kEndToEnd);
  }
  return names;
}

const FoldedNames& known_names() {
  static const FoldedNames names = make_known_names();
  return names;
}

using Kinds = std::array<FoldedNames::Tag, kFieldNames.size()>;

Kinds make_kinds() {
  Kinds kinds{};
  std::transform(kFieldNames.begin(), kFieldNames.end(), kinds.begin(),
                 [](std::string_view name) { return known_names().find(name); });
  return kinds;
}

FoldedNames::Tag kind_of(const Field& field) {
  static const Kinds kinds = make_kinds();
  return field.id == kOtherField ? known_names().find(field.name) : kinds[static_cast<std::size_t>(field.id)];
}

// Of the names that have a number: those that no rule of a gate is about. Their numbers say that they are spelled as usual.
FieldIds make_harmless() {
  FieldIds ids;
  for (const std::string_view name : kFieldNames) {
    const FoldedNames::Tag kind = known_names().find(name);
    if (kind == kOther || kind == kOneSpelling) ids.add(field_id(name));
  }
  return ids;
}

// Those that pass, whatever is in them.
FieldIds surely_passing(const ReservedNames& reserved, const ConnectionOptions& options) {
  static const FieldIds harmless = make_harmless();
  return options.empty() ? harmless.without(reserved.numbered()) : FieldIds();
}

const FoldedNames& end_to_end_names() {
  static const FoldedNames names = make_end_to_end_names();
  return names;
}

// Adds one to the counter and says no: for use as the last word of passes().
bool refused(std::uint32_t& counter) {
  ++counter;
  return false;
}

}  // namespace

bool is_known_to_gate(std::string_view name) { return known_names().find(name) != kOther; }

ConnectionOptions::ConnectionOptions(const Headers& headers) {
  for (const std::string_view list : headers.values("connection")) take_list(list);
  std::sort(names_.begin(), names_.end());
}

bool ConnectionOptions::name(std::string_view field) const {
  return !names_.empty() && std::binary_search(names_.begin(), names_.end(), folded(field));
}

void ConnectionOptions::take_list(std::string_view list) {
  for (;;) {
    const auto comma = list.find(',');
    const std::string_view option = trimmed(list.substr(0, comma));
    // "close" names no field; the gate knows "keep-alive", which is the usual one.
    if (!option.empty() && !equal_ignoring_case(option, "close") && !equal_ignoring_case(option, "keep-alive") &&
        known_names().find(option) == kOther && end_to_end_names().find(option) == kOther) {
      names_.push_back(folded(option));
    }
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

RequestGate::RequestGate(const Headers& headers, const ReservedNames& reserved, const GateRules& rules)
    : options_(headers), reserved_(reserved), rules_(rules), surely_(surely_passing(reserved, options_)) {}

ResponseGate::ResponseGate(const Headers& headers, const ReservedNames& reserved)
    : options_(headers), reserved_(reserved), surely_(surely_passing(reserved, options_)) {}

bool RequestGate::judge(const Field& field) {
  if (reserved_.matches(field)) return refused(removed_.identity);
  // A field that is kept for its meaning is kept in its own spelling only.
  switch (kind_of(field)) {
    case kHopByHop:
      return refused(removed_.hop_by_hop);
    case kTe:
      return (rules_.keep_te_trailers && equal_ignoring_case(field.value, "trailers")) || refused(removed_.hop_by_hop);
    case kForwarded:
      return (rules_.keep_forwarded && is_usual_spelling(field.name)) || refused(removed_.forwarded);
    case kMethodOverride:
      return (rules_.keep_method_override && is_usual_spelling(field.name)) || refused(removed_.method_override);
    case kOneSpelling:
      return is_usual_spelling(field.name) || refused(removed_.alias);
    case kOther:
      return !options_.name(field.name) || refused(removed_.hop_by_hop);
    default:
      return true;
  }
}

bool ResponseGate::judge(const Field& field) {
  if (reserved_.matches(field)) return refused(removed_.identity);
  switch (kind_of(field)) {
    case kHopByHop:
    case kTe:
    case kAltSvc:
      return refused(removed_.hop_by_hop);
    case kOther:
      return !options_.name(field.name) || refused(removed_.hop_by_hop);
    default:
      return true;
  }
}

}  // namespace sallyport::http
