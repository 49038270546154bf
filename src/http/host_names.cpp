#include "http/host_names.hpp"

#include "base/endpoint.hpp"
#include "base/text.hpp"

namespace sallyport::http {
namespace {

// One spelling for all of an address's.
std::string written(const IpAddress& address) {
  return address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
}

std::string_view without_brackets(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

std::string_view without_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.find(']', colon) != std::string_view::npos) return authority;
  return authority.substr(0, colon);
}

}  // namespace

void HostNames::add(std::string_view name) {
  if (const auto address = IpAddress::parse(without_brackets(name))) {
    exact_.insert(written(*address));
    return;
  }
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  if (name.starts_with("*.")) {
    parents_.insert(lowered(name.substr(1)));
  } else if (!name.empty()) {
    exact_.insert(lowered(name));
  }
}

bool HostNames::contains(std::string_view authority) const {
  const std::string_view host = without_port(authority);
  if (exact_.contains(host)) return true;
  if (host.starts_with('[')) {
    const auto address = IpAddress::parse(without_brackets(host));
    return address && exact_.contains(written(*address));
  }
  const auto dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && parents_.contains(host.substr(dot));
}

}  // namespace sallyport::http
