#pragma once

#include <set>
#include <string>
#include <string_view>

namespace sallyport::http {

// The names of a server: what a client may ask it for. A value.
class HostNames {
 public:
  // A host name, an IP address (IPv6 with or without brackets), or "*.example.org", whose asterisk stands for one whole
  // label. In any case.
  void add(std::string_view name);

  // `authority` as CanonicalTarget::authority() writes it, or a bare host in lower case; the port does not count. Never
  // true for an empty one.
  bool contains(std::string_view authority) const;

 private:
  using Set = std::set<std::string, std::less<>>;
  Set exact_;
  Set parents_;  // ".example.org" for "*.example.org"
};

}  // namespace sallyport::http
