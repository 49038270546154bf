// fetch: what certificates point to, got from elsewhere. A URL comes in, bytes go out, with limits of size and time.
// Certificates have been signed by somebody who is trusted before one of their URLs comes here; even so, they may name
// only addresses outside the networks that the options forbid (attack: a certificate that makes this server talk to what
// only this server reaches). Nothing that comes back is believed here. Blocks: for threads of its own.
#pragma once

#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/secret.hpp"
#include "pki/fetcher.hpp"

namespace sallyport::fetch {

struct FetchOptions {
  std::vector<Cidr> forbidden;  // to URLs of certificates
  // For the directory that the administrator has named; certificates' directories are asked anonymously.
  std::string ldap_user;  // DN; empty: anonymous
  Secret ldap_password;
  std::string ldap_ca_file;  // of ldaps://; empty: the system's
};

// http:// (no redirects, no proxy) and ldap:// (no referrals); ldaps:// for what the administrator has named.
class WebFetcher final : public pki::Fetcher {
 public:
  explicit WebFetcher(FetchOptions options) : options_(std::move(options)) {}
  Result<std::vector<std::string>> fetch(const pki::FetchRequest& request, TimePoint end) const override;

 private:
  const FetchOptions options_;
};

// The addresses of the host that may be asked. Errors: unreachable; denied, if all are forbidden.
Result<std::vector<IpAddress>> allowed_addresses(const std::string& host, const std::vector<Cidr>& forbidden);

}  // namespace sallyport::fetch
