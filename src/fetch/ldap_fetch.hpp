#pragma once

#include <string>
#include <vector>

#include "fetch/fetcher.hpp"

namespace sallyport::fetch {

// The values of the attributes that an ldap:// URL (RFC 4516) names, of the one entry that it names. Errors: malformed
// (URL), not_found (no such entry or value), denied (address), too_large, those of connections.
Result<std::vector<std::string>> fetch_by_ldap(const pki::FetchRequest& request, const FetchOptions& options,
                                               TimePoint end);

// An ldap:// or ldaps:// URL of an entry: "ldap://host:389/cn=x,o=y?certificateRevocationList;binary?base". Only the
// scope "base" is taken, which may be left out, and no filter but one that every entry matches.
struct EntryUrl {
  std::string server;  // "ldap://host:389", without a name
  std::string dn;
  std::vector<std::string> attributes;  // at least one
};
// Errors: malformed, unsupported.
Result<EntryUrl> parse_entry_url(const std::string& url);

}  // namespace sallyport::fetch
