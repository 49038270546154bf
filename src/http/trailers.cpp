#include "http/trailers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/chars.hpp"
#include "http/field_gate.hpp"

namespace sallyport::http {
namespace {

FoldedNames make_names_of_heads() {
  enum Kind : FoldedNames::Tag { kOther = FoldedNames::kNone, kAllowed, kHead };
  FoldedNames names;
  // Who computes them has seen the whole content: what trailers are for (RFC 9530).
  for (const auto name : {"content-digest", "content-md5"}) names.add(name, kAllowed);
  for (const auto name : {"range",
                          "cache-control",
                          "pragma",
                          "max-forwards",
                          "date",
                          "expires",
                          "age",
                          "vary",
                          "location",
                          "refresh",
                          "retry-after",
                          "warning",
                          "via",
                          "server",
                          "user-agent",
                          "allow",
                          "link",
                          "www-authenticate",
                          "authentication-info",
                          "set-cookie2",
                          "clear-site-data",
                          "service-worker-allowed",
                          "early-data",
                          "priority",
                          "x-frame-options",
                          "x-content-type-options",
                          "x-xss-protection",
                          "referrer-policy",
                          "permissions-policy",
                          "feature-policy",
                          "origin-agent-cluster",
                          "x-request-id",
                          "x-requested-with",
                          "timing-allow-origin",
                          "nel",
                          "report-to",
                          "reporting-endpoints",
                          "expect-ct",
                          "public-key-pins",
                          "upgrade-insecure-requests",
                          "dnt"}) {
    names.add(name, kHead);
  }
  for (const auto prefix :
       {"content-", "accept", "if-", "sec-", "access-control-", "strict-transport-", "cross-origin-"}) {
    names.add_prefix(prefix, kHead);
  }
  return names;
}

bool belongs_to_heads(std::string_view name) {
  static const FoldedNames names = make_names_of_heads();
  return names.find(name) > 1;
}

bool passes(std::string_view name, const std::vector<std::string>& allowed, const ReservedNames& reserved) {
  const bool is_named = std::any_of(allowed.begin(), allowed.end(),
                                    [name](const std::string& each) { return equal_ignoring_case(each, name); });
  return is_named && may_be_trailer(name) && !reserved.matches(name);
}

}  // namespace

bool may_be_trailer(std::string_view name) {
  return is_token(name) && is_usual_spelling(name) && !is_known_to_gate(name) && !belongs_to_heads(name);
}

Headers passing_trailers(const Headers& trailers, const std::vector<std::string>& allowed,
                         const ReservedNames& reserved) {
  Headers out;
  if (allowed.empty()) return out;
  for (const Field field : trailers) {
    if (passes(field.name, allowed, reserved)) out.add(field);
  }
  return out;
}

std::string passing_trailer_names(std::string_view list, const std::vector<std::string>& allowed,
                                  const ReservedNames& reserved) {
  std::string out;
  for (const std::string_view member : split(list, ',')) {
    const std::string_view name = trimmed(member);
    if (!passes(name, allowed, reserved)) continue;
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

}  // namespace sallyport::http
