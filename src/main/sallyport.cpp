#include <getopt.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "admin/grammar.hpp"
#include "admin/protocol.hpp"
#include "config.h"
#include "main/certificate_command.hpp"
#include "main/certificate_user_command.hpp"
#include "net/socket.hpp"
#include "server/instance_files.hpp"

namespace {

using namespace sallyport;

constexpr timeval kPatience{120, 0};

void print_usage(std::FILE* to) {
  std::fputs(
      "usage: sallyport [-c FILE | -S SOCKET] COMMAND [ARGUMENT ...]\n"
      "       sallyport [-c FILE | -S SOCKET]            commands from standard input, one a line\n"
      "       sallyport certificate authority|issue|check ...  certificates, without a daemon\n"
      "       sallyport certificate user [-c FILE] FILE  whose certificate it is, by the rules of the configuration\n"
      "       sallyport -h | -V\n"
      "\n"
      "  -c, --config FILE     the daemon's configuration, which names its admin socket\n"
      "                        (default " SALLYPORT_SYSCONFDIR "/sallyport.conf)\n"
      "  -S, --socket SOCKET   the admin socket itself\n"
      "  -h, --help            this text\n"
      "  -V, --version         version\n"
      "\n"
      "commands: acl, object, junction, user, group, session, server list,\n"
      "server task SERVER ..., reload. Exit status: 0 done, 1 failed, 2 wrong usage. See sallyport(8).\n",
      to);
}

Result<net::Fd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(Errc::bad_config, path + ": too long for a socket");
  std::memcpy(address.sun_path, path.data(), path.size());
  net::Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail(net::socket_error(errno, "socket"));
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(net::socket_error(errno, "connecting to " + path + " (is sallyportd running?)"));
  }
  return fd;
}

Result<admin::CommandOutput> ask(const std::string& socket_path, const std::vector<std::string>& words) {
  const auto fd = connect_to(socket_path);
  if (!fd) return fail(fd.error());
  std::string request = admin::render_request(words);
  for (std::string_view rest = request; !rest.empty();) {
    const ssize_t n = send(fd->get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(net::socket_error(errno, "asking the daemon"));
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  std::string reply;
  char buffer[16384];
  for (;;) {
    const ssize_t n = recv(fd->get(), buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(net::socket_error(errno, "waiting for the daemon"));
    if (n == 0) break;
    reply.append(buffer, static_cast<std::size_t>(n));
    if (reply.size() > admin::kMostReply) return fail(Errc::too_large, "the daemon's answer");
  }
  return admin::parse_reply(reply);
}

int run(const std::string& socket_path, const std::vector<std::string>& words) {
  const auto output = ask(socket_path, words);
  if (!output) {
    std::fprintf(stderr, "Error: %s\n", output.error().detail.c_str());
    return admin::kFailed;
  }
  std::fputs(output->out.c_str(), stdout);
  std::fputs(output->err.c_str(), stderr);
  return output->exit_code;
}

// The first command that fails ends it, with its line.
int run_lines(const std::string& socket_path) {
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    const auto words = admin::tokenize(line);
    int status = admin::kMisused;
    if (!words) {
      std::fprintf(stderr, "Error: %s\n", words.error().detail.c_str());
    } else {
      if (words->empty()) continue;
      status = run(socket_path, *words);
    }
    if (status != admin::kDone) {
      std::fprintf(stderr, "Error: stopped at line %zu\n", number);
      return status;
    }
  }
  return admin::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  static const option kOptions[] = {{"config", required_argument, nullptr, 'c'},
                                    {"socket", required_argument, nullptr, 'S'},
                                    {"help", no_argument, nullptr, 'h'},
                                    {"version", no_argument, nullptr, 'V'},
                                    {}};
  std::string config_path = SALLYPORT_SYSCONFDIR "/sallyport.conf";
  std::string socket_path;
  // '+': options end with the first word of the command, which has options of its own.
  for (int choice = 0; (choice = getopt_long(argc, argv, "+c:S:hV", kOptions, nullptr)) != -1;) {
    switch (choice) {
      case 'c': config_path = optarg; break;
      case 'S': socket_path = optarg; break;
      case 'h': print_usage(stdout); return 0;
      case 'V': std::printf("sallyport %s\n", PACKAGE_VERSION); return 0;
      default: print_usage(stderr); return admin::kMisused;
    }
  }
  const std::vector<std::string> words(argv + optind, argv + argc);
  if (words.size() > 1 && words[0] == "certificate" && words[1] == "user") {
    return run_certificate_user_command(words, config_path);
  }
  if (!words.empty() && words.front() == "certificate") return run_certificate_command(words, config_path);
  if (socket_path.empty()) {
    const server::LoadedSettings loaded = server::load_settings(config_path);
    if (!loaded.settings) {
      for (const auto& diagnostic : loaded.diagnostics) {
        std::fprintf(stderr, "Error: %s\n", diagnostic.to_string().c_str());
      }
      return admin::kFailed;
    }
    socket_path = loaded.settings->admin.socket;
  }
  return words.empty() ? run_lines(socket_path) : run(socket_path, words);
}
