#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace sallyport::pki {

// What is to be got from elsewhere.
struct FetchRequest {
  // http://..., or ldap://host/dn?attributes?scope; as a certificate has it, or as the administrator wrote it.
  std::string url;
  std::string body;  // of an OCSP request; empty: it is only read
  std::size_t max_bytes = 0;
  // Named by the administrator, who may name any address; certificates may not.
  bool is_configured = false;
};

// The way out. Blocks, at most until about `end`; thread-safe.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // What is there: one thing by HTTP, as many as the attributes have values by LDAP. Errors: unsupported (a URL of
  // another kind), denied (an address that must not be asked), too_large, and those of connections.
  virtual Result<std::vector<std::string>> fetch(const FetchRequest& request, TimePoint end) const = 0;
};

}  // namespace sallyport::pki
