#include <getopt.h>

#include <cstdio>
#include <string>

#include "config.h"
#include "server/supervisor.hpp"

namespace {

void print_usage(std::FILE* to) {
  std::fputs(
      "usage: sallyportd [-c FILE]            run in the foreground\n"
      "       sallyportd -t [-s] [-c FILE]    check the configuration and everything it names\n"
      "       sallyportd -h | -V\n"
      "\n"
      "  -c, --config FILE   configuration (default " SALLYPORT_SYSCONFDIR "/sallyport.conf)\n"
      "  -t, --test          print every error with file, line and column; exit with 1 if there is one\n"
      "  -s, --strict        with -t: warnings count as errors\n"
      "  -h, --help          this text\n"
      "  -V, --version       version\n"
      "See sallyportd(8).\n",
      to);
}

}  // namespace

int main(int argc, char** argv) {
  static const option kOptions[] = {{"config", required_argument, nullptr, 'c'},
                                    {"test", no_argument, nullptr, 't'},
                                    {"strict", no_argument, nullptr, 's'},
                                    {"help", no_argument, nullptr, 'h'},
                                    {"version", no_argument, nullptr, 'V'},
                                    {}};
  std::string config_path = SALLYPORT_SYSCONFDIR "/sallyport.conf";
  bool test = false;
  bool strict = false;
  for (int choice = 0; (choice = getopt_long(argc, argv, "c:tshV", kOptions, nullptr)) != -1;) {
    switch (choice) {
      case 'c': config_path = optarg; break;
      case 't': test = true; break;
      case 's': strict = true; break;
      case 'h': print_usage(stdout); return 0;
      case 'V': std::printf("sallyportd %s\n", PACKAGE_VERSION); return 0;
      default: print_usage(stderr); return 2;
    }
  }
  if (optind < argc || (strict && !test)) {
    print_usage(stderr);
    return 2;
  }
  return test ? sallyport::server::check_configuration(config_path, strict)
              : sallyport::server::run_daemon(config_path);
}
