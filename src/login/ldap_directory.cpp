#include "login/ldap_directory.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "login/dn.hpp"
#include "login/ldap_filter.hpp"

namespace sallyport::login {
namespace {

// Tells the job on the pool that nobody waits any more, however the waiting ends.
class Interest {
 public:
  explicit Interest(LdapPatience patience) : patience_(std::move(patience)) {}
  ~Interest() { patience_.give_up(); }
  Interest(const Interest&) = delete;
  Interest& operator=(const Interest&) = delete;

 private:
  LdapPatience patience_;
};

Result<> check_names(const LdapDirectoryOptions& options) {
  struct Row {
    const char* key;
    const std::string& dn;
  };
  const Row rows[] = {{"bind-dn", options.bind_dn},
                      {"user-search-base", options.rules.user_base},
                      {"group-search-base", options.rules.group_base}};
  for (const Row& row : rows) {
    if (const auto name = normalised_dn(row.dn); !name) {
      return fail(Errc::bad_config, std::string("[ldap] ") + row.key + ": " + name.error().detail);
    }
  }
  if (!options.bind_dn.empty() && trimmed(options.bind_password.reveal()).empty()) {
    return fail(Errc::bad_config, "[ldap] bind-pwd-file: the first line of the file is empty");
  }
  return Result<>();
}

}  // namespace

Result<std::shared_ptr<LdapDirectory>> LdapDirectory::make(LdapDirectoryOptions options, async::WorkerPool& pool,
                                                           LdapServers::Observer observer) {
  if (const Result<> checked = check_names(options); !checked) return fail(checked.error());
  LdapServersOptions servers;
  for (const std::string& url : options.servers) {
    auto address = parse_ldap_url(url);
    if (!address) return fail(Errc::bad_config, "[ldap] server: " + address.error().detail);
    servers.links.push_back(LdapLink{std::move(*address), options.start_tls, options.ca_file});
  }
  servers.bind_dn = std::move(options.bind_dn);
  servers.bind_password = std::move(options.bind_password);
  servers.probe_base = options.rules.user_base;
  servers.connect_timeout = options.connect_timeout;
  servers.operation_timeout = options.operation_timeout;
  servers.retry_interval = options.retry_interval;
  servers.max_connections = options.max_connections;
  LdapRules rules = std::move(options.rules);
  rules.nobody_dn = rules.name_attribute + "=" + hex_encoded(crypto::random_bytes(16)) + "," + rules.user_base;
  auto core = std::make_shared<Core>(std::move(servers), std::move(rules), std::move(observer));
  return std::shared_ptr<LdapDirectory>(new LdapDirectory(std::move(core), pool));
}

Result<LdapVerdict> LdapDirectory::check(Core& core, const std::string& user, const Secret& password,
                                         const LdapPatience& patience) {
  const std::function<Result<LdapVerdict>(LdapSession&)> question = [&](LdapSession& session) {
    return log_in(session, core.rules, user, password);
  };
  if (patience.is_over()) return fail(Errc::timeout, "the login waited for too long", Side::directory);
  return core.servers.ask(question, patience);
}

// Not on a user's time: on a thread of the pool, while logins go to the servers that are up.
void LdapDirectory::probe_what_is_due() {
  while (const auto turn = core_->servers.claim_due()) {
    const bool accepted = pool_.post([core = core_, turn = *turn] { core->servers.probe(turn); });
    if (accepted) continue;
    core_->servers.release(*turn);
    return;
  }
}

// Directories refuse an unknown name without computing a hash. What a user's password would have taken more is waited
// for, on the loop, where it costs nothing (attack F11).
Duration LdapDirectory::missing_time(const LdapVerdict& verdict) {
  const Duration usual(core_->usual_check.load());
  if (!verdict.had_entry) return std::max(Duration::zero(), usual - verdict.check_time);
  const Duration next = usual == Duration::zero() ? verdict.check_time : usual + (verdict.check_time - usual) / 8;
  core_->usual_check.store(next.count());
  return Duration::zero();
}

async::Task<Result<CredentialPtr>> LdapDirectory::authenticate(std::string user, Secret password,
                                                               async::Deadline deadline) {
  const std::string name(trimmed(user));
  const Result<> askable = check_askable(name, password);
  if (!askable) co_return fail(askable.error());
  const async::Context here = co_await async::CurrentContext();
  const Duration allowed = deadline.when() - here.loop->now();
  const LdapPatience patience(std::chrono::steady_clock::now() + allowed);
  const Interest interest(patience);
  const auto job = [core = core_, name, password = std::move(password), patience] {
    return check(*core, name, password, patience);
  };
  const Result<Result<LdapVerdict>> answer = co_await pool_.run(job, deadline);
  probe_what_is_due();
  if (!answer) co_return fail(answer.error());
  if (!*answer) co_return fail(answer->error());
  const LdapVerdict& verdict = **answer;
  const Duration missing = missing_time(verdict);
  if (missing > Duration::zero()) {
    const async::Deadline end = here.loop->in(missing).sooner(deadline);
    co_await async::SleepUntil(end);
  }
  if (verdict.credential == nullptr) co_return fail(Errc::denied, verdict.refusal);
  co_return verdict.credential;
}

// One that needs no password, on a thread of the pool.
template <class T>
async::Task<Result<T>> LdapDirectory::ask(Question<T> question, async::Deadline deadline) {
  const async::Context here = co_await async::CurrentContext();
  const Duration allowed = deadline.when() - here.loop->now();
  const LdapPatience patience(std::chrono::steady_clock::now() + allowed);
  const Interest interest(patience);
  const auto job = [core = core_, question = std::move(question), patience]() -> Result<T> {
    if (patience.is_over()) return fail(Errc::timeout, "the look-up waited for too long", Side::directory);
    return core->servers.ask(question, patience);
  };
  Result<Result<T>> answer = co_await pool_.run(job, deadline);
  probe_what_is_due();
  if (!answer) co_return fail(answer.error());
  co_return std::move(*answer);
}

async::Task<Result<CredentialPtr>> LdapDirectory::look_up(std::string user, async::Deadline deadline) {
  Question<CredentialPtr> question = [core = core_, user = std::move(user)](LdapSession& session) {
    return look_up_user(session, core->rules, user);
  };
  co_return co_await ask(std::move(question), deadline);
}

async::Task<Result<CredentialPtr>> LdapDirectory::find_entry(EntryMatch match, async::Deadline deadline) {
  Question<CredentialPtr> question = [core = core_, match = std::move(match)](LdapSession& session) {
    return login::find_entry(session, core->rules, match);
  };
  co_return co_await ask(std::move(question), deadline);
}

async::Task<Result<Secret>> LdapDirectory::totp_secret(std::string user, async::Deadline deadline) {
  if (core_->rules.totp_attribute.empty()) co_return fail(Errc::unsupported, "no attribute for one-time passwords");
  Question<Secret> question = [core = core_, user = std::move(user)](LdapSession& session) {
    return read_totp_secret_of(session, core->rules, user);
  };
  co_return co_await ask(std::move(question), deadline);
}

async::Task<Result<>> LdapDirectory::store_totp_secret(std::string user, Secret secret, bool replaces,
                                                       async::Deadline deadline) {
  if (core_->rules.totp_attribute.empty() || !core_->rules.writes_totp_secrets) {
    co_return fail(Errc::unsupported, "[totp] ldap-write is no: an administrator changes the directory");
  }
  Question<bool> question = [core = core_, user = std::move(user), secret = std::move(secret),
                             replaces](LdapSession& session) {
    return write_totp_secret_of(session, core->rules, user, secret, replaces);
  };
  const Result<bool> written = co_await ask(std::move(question), deadline);
  if (!written) co_return fail(written.error());
  co_return Result<>();
}

}  // namespace sallyport::login
