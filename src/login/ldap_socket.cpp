#include "login/ldap_socket.hpp"

#include <fcntl.h>
#include <ldap.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace sallyport::login {
namespace {

constexpr timeval kLongestBlock{0, 250'000};

// Until `end`, rounded up; 0 if it has passed.
int poll_time(TimePoint end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
  return left <= 0 ? 0 : static_cast<int>(left);
}

Result<> wait_connected(int fd, TimePoint end, const std::string& doing) {
  pollfd watched{fd, POLLOUT, 0};
  int ready = 0;
  do {
    ready = poll(&watched, 1, poll_time(end));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return fail(net::socket_error(errno, doing, Side::directory));
  if (ready == 0) return fail(Errc::timeout, doing, Side::directory);
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return fail(net::socket_error(error, doing, Side::directory));
  return Result<>();
}

Result<net::Fd> connect_socket(int family, const sockaddr* address, socklen_t length, TimePoint end,
                               const std::string& doing) {
  net::Fd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fail(net::socket_error(errno, doing, Side::directory));
  if (connect(fd.get(), address, length) != 0) {
    if (errno != EINPROGRESS) return fail(net::socket_error(errno, doing, Side::directory));
    if (const Result<> connected = wait_connected(fd.get(), end, doing); !connected) return fail(connected.error());
  }
  // libldap takes O_NONBLOCK away whenever it has waited; these limits stay.
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kLongestBlock, sizeof kLongestBlock);
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kLongestBlock, sizeof kLongestBlock);
  if (family != AF_UNIX) {
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  return fd;
}

Result<net::Fd> connect_locally(const LdapAddress& address, TimePoint end) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  const std::string doing = address.url + ": connecting";
  if (address.host.size() >= sizeof local.sun_path) return fail(Errc::bad_config, doing + ": the path is too long");
  std::memcpy(local.sun_path, address.host.data(), address.host.size());
  return connect_socket(AF_UNIX, reinterpret_cast<const sockaddr*>(&local), sizeof local, end, doing);
}

std::string text_of(const addrinfo& found) {
  net::SocketAddress address;
  std::memcpy(&address.storage, found.ai_addr, found.ai_addrlen);
  return address.endpoint().to_string();
}

}  // namespace

Result<LdapAddress> parse_ldap_url(const std::string& url) {
  LDAPURLDesc* raw = nullptr;
  const int code = ldap_url_parse(url.c_str(), &raw);
  const std::unique_ptr<LDAPURLDesc, decltype(&ldap_free_urldesc)> parsed(raw, &ldap_free_urldesc);
  const std::string_view scheme = parsed && parsed->lud_scheme != nullptr ? parsed->lud_scheme : "";
  if (code != LDAP_URL_SUCCESS || parsed->lud_host == nullptr || *parsed->lud_host == '\0') {
    return fail(Errc::bad_config, "\"" + url + "\" is no URL of a directory server");
  }
  LdapAddress address;
  address.url = url;
  address.host = parsed->lud_host;
  if (scheme == "ldapi") {
    address.scheme = LdapAddress::Scheme::ldapi;
  } else if (scheme == "ldap" || scheme == "ldaps") {
    address.scheme = scheme == "ldap" ? LdapAddress::Scheme::ldap : LdapAddress::Scheme::ldaps;
    const int usual = scheme == "ldap" ? LDAP_PORT : LDAPS_PORT;
    address.port = std::to_string(parsed->lud_port > 0 ? parsed->lud_port : usual);
  } else {
    return fail(Errc::bad_config, "\"" + url + "\" begins with none of ldap, ldaps and ldapi");
  }
  return address;
}

Result<net::Fd> connect_to(const LdapAddress& address, TimePoint end) {
  if (address.scheme == LdapAddress::Scheme::ldapi) return connect_locally(address, end);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* raw = nullptr;
  const int code = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &raw);
  if (code != 0) {
    return fail(Errc::unreachable, address.url + ": looking up " + address.host + ": " + gai_strerror(code),
                Side::directory);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, &freeaddrinfo);
  Error last(Errc::unreachable, address.url + ": no address for " + address.host, Side::directory);
  int left = 0;
  for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) ++left;
  for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
    // An address that does not answer leaves the others their share of the time.
    const TimePoint now = std::chrono::steady_clock::now();
    const TimePoint part_end = now + (end - now) / left--;
    const std::string doing = address.url + ": connecting to " + text_of(*one);
    auto connected = connect_socket(one->ai_family, one->ai_addr, one->ai_addrlen, part_end, doing);
    if (connected) return connected;
    last = connected.error();
  }
  return fail(std::move(last));
}

}  // namespace sallyport::login
