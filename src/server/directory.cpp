#include "server/directory.hpp"

#include <sys/stat.h>

#include "server/files.hpp"

namespace sallyport::server {
namespace {

constexpr std::size_t kMostPassword = 4096;

static_assert(static_cast<int>(config::GroupStyle::member) == static_cast<int>(login::LdapGroups::member));
static_assert(static_cast<int>(config::GroupStyle::unique_member) ==
              static_cast<int>(login::LdapGroups::unique_member));
static_assert(static_cast<int>(config::GroupStyle::member_of) == static_cast<int>(login::LdapGroups::member_of));
static_assert(static_cast<int>(config::GroupStyle::none) == static_cast<int>(login::LdapGroups::none));

void warn(config::Diagnostics& diagnostics, const std::string& file, std::string message) {
  config::Diagnostic diagnostic;
  diagnostic.severity = config::Severity::warning;
  diagnostic.file = file;
  diagnostic.message = std::move(message);
  diagnostics.push_back(std::move(diagnostic));
}

Result<Secret> read_password(const std::string& path, config::Diagnostics& diagnostics) {
  auto text = read_file(path, kMostPassword);
  if (!text) return fail(text.error());
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0 && (facts.st_mode & S_IROTH) != 0) {
    warn(diagnostics, path, "everybody on this machine may read the password of [ldap] bind-dn");
  }
  Secret password(std::string_view(*text).substr(0, text->find_first_of("\r\n")));
  wipe(*text);
  return password;
}

}  // namespace

void DirectoryThreads::tell(const std::string& url, const Error* reason) {
  log::Logs* const logs = logs_.load();
  if (logs == nullptr) return;
  if (reason == nullptr) {
    logs->event(log::Level::notice, "directory-server-up", url);
  } else {
    logs->event(log::Level::warning, "directory-server-down", reason->to_string());
  }
}

Result<std::shared_ptr<login::LdapDirectory>> DirectoryThreads::open(const config::Settings& all,
                                                                     config::Diagnostics& diagnostics) {
  const config::LdapSettings& settings = all.ldap;
  login::LdapDirectoryOptions options;
  if (!settings.bind_pwd_file.empty()) {
    auto password = read_password(settings.bind_pwd_file, diagnostics);
    if (!password) return fail(password.error().code, "[ldap] bind-pwd-file: " + password.error().detail);
    options.bind_password = std::move(*password);
  }
  if (!settings.ca_file.empty()) {
    const auto readable = read_file(settings.ca_file, 16 * 1024 * 1024);
    if (!readable) return fail(readable.error().code, "[ldap] ca-file: " + readable.error().detail);
    if (readable->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
      return fail(Errc::bad_config, "[ldap] ca-file: no certificate in " + settings.ca_file);
    }
  }
  if (!pool_) {
    max_connections_ = settings.max_connections;
    pool_ = std::make_unique<async::WorkerPool>(max_connections_ / 2, settings.max_waiting);
  }
  options.servers = settings.server;
  options.start_tls = settings.start_tls;
  options.ca_file = settings.ca_file;
  options.bind_dn = settings.bind_dn;
  options.connect_timeout = settings.connect_timeout;
  options.operation_timeout = settings.timeout;
  options.retry_interval = settings.retry_interval;
  options.max_connections = max_connections_;
  options.rules.user_base = settings.user_search_base;
  options.rules.name_attribute = settings.basic_user_principal_attribute;
  options.rules.object_class = settings.user_object_class;
  options.rules.groups = static_cast<login::LdapGroups>(settings.group_style);
  options.rules.group_base = settings.group_search_base;
  options.rules.group_name_attribute = settings.group_name_attribute;
  options.rules.credential_attributes = settings.credential_attribute;
  if (all.totp.totp_auth != config::AuthTransport::none) options.rules.totp_attribute = all.totp.ldap_attribute;
  options.rules.writes_totp_secrets = all.totp.ldap_write;
  return login::LdapDirectory::make(std::move(options), *pool_,
                                    [this](const std::string& url, const Error* reason) { tell(url, reason); });
}

}  // namespace sallyport::server
