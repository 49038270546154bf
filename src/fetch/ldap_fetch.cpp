#include "fetch/ldap_fetch.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "login/ldap_connection.hpp"

namespace sallyport::fetch {
namespace {

constexpr std::size_t kMostUrl = 2048;
constexpr std::size_t kMostAttributes = 4;

// What RFC 4516 says of a URL without attributes, all of them, is more than anybody wants here.
const std::vector<std::string> kUsual = {"certificateRevocationList;binary"};

// The host that the connection is made to is the one whose address has been judged, not one that is looked up again.
Result<login::LdapAddress> address_of(const EntryUrl& url, const pki::FetchRequest& request, const FetchOptions& options) {
  auto address = login::parse_ldap_url(url.server);
  if (!address) return fail(Errc::malformed, address.error().detail);
  if (request.is_configured) return address;
  const auto addresses = allowed_addresses(address->host, options.forbidden);
  if (!addresses) return fail(addresses.error());
  address->host = addresses->front().to_string();
  return address;
}

}  // namespace

Result<EntryUrl> parse_entry_url(const std::string& url) {
  const auto bad = [](std::string_view why) { return fail(Errc::malformed, "no LDAP URL of an entry: " + std::string(why)); };
  const std::size_t begin = url.find("://");
  if (url.size() > kMostUrl || begin == std::string::npos) return bad("too long, or none");
  const std::size_t slash = url.find('/', begin + 3);
  if (slash == std::string::npos) return bad("without a name");
  // Without a host it means a directory that the client knows; only [certificate] crl-ldap-server could be that one.
  if (slash == begin + 3) return bad("without a host");
  const auto parts = split(std::string_view(url).substr(slash + 1), '?');
  EntryUrl out;
  out.server = url.substr(0, slash);
  const auto dn = percent_decoded(parts.front());
  if (!dn || dn->empty() || dn->find('\0') != std::string::npos || !is_utf8(*dn)) return bad("its name");
  out.dn = *dn;
  if (parts.size() > 1 && !parts[1].empty()) {
    for (const std::string_view name : split(parts[1], ',')) {
      const auto is_fine = [](char c) { return is_alnum(c) || c == '-' || c == ';' || c == '.'; };
      if (name.empty() || !std::all_of(name.begin(), name.end(), is_fine)) return bad("its attributes");
      out.attributes.emplace_back(name);
    }
  }
  if (out.attributes.empty()) out.attributes = kUsual;
  if (out.attributes.size() > kMostAttributes) return bad("too many attributes");
  if (parts.size() > 2 && !parts[2].empty() && parts[2] != "base") return fail(Errc::unsupported, "an LDAP URL with a scope");
  if (parts.size() > 3 && !parts[3].empty() && !equal_ignoring_case(parts[3], "(objectClass=*)") &&
      !equal_ignoring_case(parts[3], "objectClass=*") && !equal_ignoring_case(parts[3], "objectClass=cRLDistributionPoint")) {
    return fail(Errc::unsupported, "an LDAP URL with a filter");
  }
  return out;
}

Result<std::vector<std::string>> fetch_by_ldap(const pki::FetchRequest& request, const FetchOptions& options,
                                               TimePoint end) {
  const auto url = parse_entry_url(request.url);
  if (!url) return fail(url.error());
  const auto address = address_of(*url, request, options);
  if (!address) return fail(address.error());
  login::LdapLink link;
  link.address = *address;
  // CRLs are signed; what they are about is no secret.
  link.start_tls = false;
  link.ca_file = options.ldap_ca_file;
  auto connection = login::LdapConnection::open(link, end);
  if (!connection) return fail(connection.error());
  if (request.is_configured && !options.ldap_user.empty()) {
    const auto bound = (*connection)->bind(options.ldap_user, options.ldap_password, end);
    if (!bound) return fail(bound.error());
    if (!*bound) return fail(Errc::denied, "the directory does not take crl-ldap-user with this password");
  }
  login::LdapQuery query;
  query.base = url->dn;
  query.scope = login::LdapQuery::Scope::entry;
  query.filter = "(objectClass=*)";
  query.attributes = url->attributes;
  query.most = 1;
  const auto answer = (*connection)->search(query, end);
  if (!answer) return fail(answer.error());
  std::vector<std::string> values;
  std::size_t bytes = 0;
  for (const login::LdapEntry& entry : answer->entries) {
    for (const auto& attribute : entry.attributes) {
      for (const std::string& value : attribute.values) {
        bytes += value.size();
        if (bytes > request.max_bytes) {
          return fail(Errc::too_large, "more than " + std::to_string(request.max_bytes) + " bytes");
        }
        values.push_back(value);
      }
    }
  }
  if (values.empty()) return fail(Errc::not_found, "the entry has no CRL");
  return values;
}

}  // namespace sallyport::fetch
