#include "net/resolver.hpp"

#include <netdb.h>

#include <memory>

#include "net/socket.hpp"

namespace sallyport::net {
namespace {

constexpr auto kKeep = std::chrono::seconds(30);
constexpr std::size_t kMostKnown = 256;

std::vector<Endpoint> with_port(const std::vector<IpAddress>& addresses, std::uint16_t port) {
  std::vector<Endpoint> endpoints;
  for (const auto& address : addresses) endpoints.push_back(Endpoint{address, port});
  return endpoints;
}

}  // namespace

Result<std::vector<IpAddress>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* raw = nullptr;
  const int status = getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (status != 0) {
    return fail(Errc::unreachable, "looking up " + host + ": " + gai_strerror(status), Side::upstream);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, &freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const addrinfo* info = found.get(); info != nullptr; info = info->ai_next) {
    SocketAddress address;
    if (info->ai_addrlen > sizeof address.storage) continue;
    std::copy_n(reinterpret_cast<const char*>(info->ai_addr), info->ai_addrlen,
                reinterpret_cast<char*>(&address.storage));
    addresses.push_back(address.endpoint().address);
  }
  return addresses;
}

async::Task<Result<std::vector<Endpoint>>> Resolver::resolve(std::string host, std::uint16_t port,
                                                            async::Deadline deadline) {
  const auto literal = IpAddress::parse(host);
  if (literal) co_return std::vector<Endpoint>(1, Endpoint{*literal, port});
  const async::Context here = co_await async::CurrentContext();
  std::erase_if(known_, [&](const Known& known) { return known.until <= here.loop->now(); });
  for (const auto& known : known_) {
    if (known.host == host) co_return with_port(known.addresses, port);
  }
  const auto job = [host] { return look_up(host); };
  Result<Result<std::vector<IpAddress>>> answer = co_await pool_.run(job, deadline);
  if (!answer) co_return fail(answer.error());
  if (!*answer) co_return fail(answer->error());
  if (known_.size() < kMostKnown) known_.push_back(Known{host, **answer, here.loop->now() + kKeep});
  co_return with_port(**answer, port);
}

}  // namespace sallyport::net
