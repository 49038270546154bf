#include "fetch/fetcher.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "fetch/http_fetch.hpp"
#include "fetch/ldap_fetch.hpp"
#include "net/resolver.hpp"

namespace sallyport::fetch {

Result<std::vector<IpAddress>> allowed_addresses(const std::string& host, const std::vector<Cidr>& forbidden) {
  auto addresses = net::look_up(host);
  if (!addresses) return addresses;
  std::erase_if(*addresses, [&](const IpAddress& address) {
    return std::any_of(forbidden.begin(), forbidden.end(), [&](const Cidr& network) { return network.contains(address); });
  });
  if (addresses->empty()) return fail(Errc::denied, "revocation-forbidden-network has the addresses of " + host);
  return addresses;
}

Result<std::vector<std::string>> WebFetcher::fetch(const pki::FetchRequest& request, TimePoint end) const {
  const std::vector<Cidr> forbidden = request.is_configured ? std::vector<Cidr>() : options_.forbidden;
  if (starts_with_ignoring_case(request.url, "http://")) {
    auto bytes = fetch_by_http(request, forbidden, end);
    if (!bytes) return fail(bytes.error());
    return std::vector<std::string>(1, std::move(*bytes));
  }
  const bool is_secure = starts_with_ignoring_case(request.url, "ldaps://");
  if (starts_with_ignoring_case(request.url, "ldap://") || (is_secure && request.is_configured)) {
    return fetch_by_ldap(request, options_, end);
  }
  return fail(Errc::unsupported, "only http:// and ldap:// are fetched");
}

}  // namespace sallyport::fetch
