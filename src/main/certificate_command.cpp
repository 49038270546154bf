#include "main/certificate_command.hpp"

#include <unistd.h>

#include <cstdio>
#include <map>

#include "admin/command_output.hpp"
#include "base/text.hpp"
#include "main/certificate_check.hpp"
#include "pki/certificate_authority.hpp"
#include "server/files.hpp"

namespace sallyport {
namespace {

constexpr const char* kUsage =
    "Error: usage: sallyport certificate authority [-n NAME] [-d DAYS] PREFIX\n"
    "              sallyport certificate issue -a PREFIX [-k server|client] [-n NAME] [-d DAYS] PREFIX HOST...\n"
    "              sallyport certificate check [-c FILE] FILE\n";
constexpr std::uint64_t kMostDays = 36500;

struct Arguments {
  std::map<char, std::string> options;
  std::vector<std::string> rest;
};

bool parse_arguments(const std::vector<std::string>& words, std::string_view allowed, Arguments& out) {
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.size() != 2 || word[0] != '-') {
      out.rest.push_back(word);
      continue;
    }
    if (allowed.find(word[1]) == std::string_view::npos || ++i == words.size()) return false;
    out.options[word[1]] = words[i];
  }
  return !out.rest.empty();
}

int complain(const Error& error) {
  std::fprintf(stderr, "Error: %s\n", error.detail.c_str());
  return admin::kFailed;
}

int misused() {
  std::fputs(kUsage, stderr);
  return admin::kMisused;
}

int store(const Result<pki::Minted>& minted, const std::string& prefix) {
  if (!minted) return complain(minted.error());
  for (const char* const suffix : {".pem", ".key"}) {
    if (access((prefix + suffix).c_str(), F_OK) == 0) {
      return complain(Error(Errc::already_exists, prefix + suffix + " exists already"));
    }
  }
  // The key first: a certificate without its key is of no use.
  if (const auto ok = server::write_file(prefix + ".key", minted->key_pem.reveal(), 0600); !ok) {
    return complain(ok.error());
  }
  if (const auto ok = server::write_file(prefix + ".pem", minted->certificate_pem, 0644); !ok) {
    return complain(ok.error());
  }
  return admin::kDone;
}

}  // namespace

int run_certificate_command(const std::vector<std::string>& words, const std::string& config_path) {
  if (words.size() < 3) return misused();
  if (words[1] == "check") {
    Arguments arguments;
    if (!parse_arguments(words, "c", arguments) || arguments.rest.size() != 1) return misused();
    const std::string& config = arguments.options.contains('c') ? arguments.options['c'] : config_path;
    return check_certificate(config, arguments.rest.front());
  }
  const bool is_authority = words[1] == "authority";
  if (!is_authority && words[1] != "issue") return misused();
  Arguments arguments;
  if (!parse_arguments(words, is_authority ? "nd" : "nadk", arguments)) return misused();
  const std::string& prefix = arguments.rest.front();
  std::chrono::seconds lifetime = std::chrono::hours(24 * (is_authority ? 3650 : 90));
  if (arguments.options.contains('d')) {
    const auto days = parse_unsigned(arguments.options['d'], kMostDays);
    if (!days || *days == 0) return complain(Error(Errc::malformed, "-d takes a number of days from 1 to 36500"));
    lifetime = std::chrono::hours(24 * *days);
  }
  if (is_authority) {
    if (arguments.rest.size() != 1) return misused();
    const std::string name = arguments.options.contains('n') ? arguments.options['n'] : "Sallyport CA";
    return store(pki::make_authority(name, lifetime, wall_now()), prefix);
  }
  if (!arguments.options.contains('a')) return misused();
  const std::string& authority = arguments.options['a'];
  auto certificate = server::read_file(authority + ".pem", server::kMostPem);
  if (!certificate) return complain(certificate.error());
  auto key = server::read_file(authority + ".key", server::kMostPem);
  if (!key) return complain(key.error());
  const pki::Minted issuer{std::move(*certificate), Secret::take(std::move(*key))};
  pki::LeafSpec spec;
  spec.names.assign(arguments.rest.begin() + 1, arguments.rest.end());
  spec.lifetime = lifetime;
  if (arguments.options.contains('k')) {
    if (arguments.options['k'] != "server" && arguments.options['k'] != "client") return misused();
    if (arguments.options['k'] == "client") spec.purpose = pki::Purpose::client;
  }
  if (arguments.options.contains('n')) {
    spec.common_name = arguments.options['n'];
  } else if (!spec.names.empty()) {
    spec.common_name = spec.names.front();
  } else {
    return complain(Error(Errc::malformed, "a certificate needs a name: -n NAME, or a host"));
  }
  return store(pki::issue(issuer, spec, wall_now()), prefix);
}

}  // namespace sallyport
