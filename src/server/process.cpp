#include "server/process.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "net/socket.hpp"

namespace sallyport::server {

void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

Result<> become(const std::string& user, const std::string& group) {
  if (user.empty()) return Result<>();
  const passwd* const entry = getpwnam(user.c_str());
  if (entry == nullptr) return fail(Errc::bad_config, "there is no user " + user);
  gid_t gid = entry->pw_gid;
  const uid_t uid = entry->pw_uid;
  if (!group.empty()) {
    const struct ::group* const found = getgrnam(group.c_str());
    if (found == nullptr) return fail(Errc::bad_config, "there is no group " + group);
    gid = found->gr_gid;
  }
  if (geteuid() == uid && getegid() == gid) return Result<>();
  if (initgroups(user.c_str(), gid) != 0 || setgid(gid) != 0 || setuid(uid) != 0) {
    return fail(Errc::denied, "becoming " + user + ": " + std::generic_category().message(errno));
  }
  return Result<>();
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void notify_service_manager(const std::string& state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || path[0] == '\0') return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract name space
  const net::Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace sallyport::server
