#include "http/field_gate.hpp"

#include <algorithm>
#include <string>
#include <vector>

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

const FoldedNames& end_to_end_names() {
  static const FoldedNames names = make_end_to_end_names();
  return names;
}

// The names that Connection lists and may list, without those that the gate treats in its own way; folded and sorted.
class ConnectionOptions {
 public:
  explicit ConnectionOptions(const Headers& headers) {
    for (const Field field : headers) {
      if (field.name.size() == 10 && equal_ignoring_case(field.name, "connection")) take_list(field.value);
    }
    std::sort(names_.begin(), names_.end());
  }

  bool name(std::string_view field) const {
    return !names_.empty() && std::binary_search(names_.begin(), names_.end(), folded(field));
  }

 private:
  void take_list(std::string_view list) {
    for (;;) {
      const auto comma = list.find(',');
      const std::string_view option = trimmed(list.substr(0, comma));
      // "close" names no field; the others of the usual options are known.
      if (!option.empty() && !equal_ignoring_case(option, "close") && known_names().find(option) == kOther &&
          end_to_end_names().find(option) == kOther) {
        names_.push_back(folded(option));
      }
      if (comma == std::string_view::npos) return;
      list.remove_prefix(comma + 1);
    }
  }

  std::vector<std::string> names_;
};

// Adds one to the counter and says so: for use as the last word of a predicate.
bool counted(std::uint32_t& counter) {
  ++counter;
  return true;
}

}  // namespace

RemovedFields sanitize_request(Headers& headers, const ReservedNames& reserved, const GateRules& rules) {
  RemovedFields removed;
  const ConnectionOptions options(headers);
  headers.remove_if([&](const Field& field) {
    if (reserved.matches(field.name)) return counted(removed.identity);
    const FoldedNames::Tag kind = known_names().find(field.name);
    // A field that is kept for its meaning is kept in its own spelling only.
    const auto is_misspelled = [&] { return !equal_ignoring_case(field.name, folded(field.name)); };
    switch (kind) {
      case kHopByHop:
        return counted(removed.hop_by_hop);
      case kTe:
        if (rules.keep_te_trailers && equal_ignoring_case(field.value, "trailers")) return false;
        return counted(removed.hop_by_hop);
      case kForwarded:
        return (!rules.keep_forwarded || is_misspelled()) && counted(removed.forwarded);
      case kMethodOverride:
        return (!rules.keep_method_override || is_misspelled()) && counted(removed.method_override);
      case kOneSpelling:
        return is_misspelled() && counted(removed.alias);
      case kOther:
        return options.name(field.name) && counted(removed.hop_by_hop);
      default:
        return false;
    }
  });
  return removed;
}

RemovedFields sanitize_response(Headers& headers, const ReservedNames& reserved) {
  RemovedFields removed;
  const ConnectionOptions options(headers);
  headers.remove_if([&](const Field& field) {
    if (reserved.matches(field.name)) return counted(removed.identity);
    switch (known_names().find(field.name)) {
      case kHopByHop:
      case kTe:
      case kAltSvc:
        return counted(removed.hop_by_hop);
      case kOther:
        return options.name(field.name) && counted(removed.hop_by_hop);
      default:
        return false;
    }
  });
  return removed;
}

}  // namespace sallyport::http
