#include "login/offloaded_registry.hpp"

namespace sallyport::login {

async::Task<Result<CredentialPtr>> OffloadedRegistry::authenticate(std::string user, Secret password,
                                                                   async::Deadline deadline) {
  const auto job = [registry = registry_, user = std::move(user), password = std::move(password)] {
    return registry->check_password(user, password);
  };
  const Result<Result<PasswordVerdict>> answer = co_await pool_.run(job, deadline);
  if (!answer) co_return fail(answer.error());
  if (!*answer) co_return fail(answer->error());
  const PasswordVerdict& verdict = **answer;
  switch (verdict.outcome) {
    case PasswordOutcome::accepted: co_return verdict.subject.shared_credential();
    case PasswordOutcome::account_invalid: co_return fail(Errc::denied, "account is not valid");
    case PasswordOutcome::rejected: break;
  }
  co_return fail(Errc::denied, "unknown user or wrong password");
}

// In memory: nobody has to wait.
async::Task<Result<CredentialPtr>> OffloadedRegistry::look_up(std::string user, async::Deadline) {
  co_return registry_->find(user);
}

// Every entry is read.
async::Task<Result<CredentialPtr>> OffloadedRegistry::find_entry(EntryMatch match, async::Deadline deadline) {
  const auto job = [registry = registry_, match = std::move(match)] { return registry->find_entry(match); };
  const Result<Result<CredentialPtr>> answer = co_await pool_.run(job, deadline);
  if (!answer) co_return fail(answer.error());
  co_return *answer;
}

async::Task<Result<Secret>> OffloadedRegistry::totp_secret(std::string user, async::Deadline) {
  co_return registry_->totp_secret(user);
}

async::Task<Result<>> OffloadedRegistry::store_totp_secret(std::string user, Secret secret, bool replaces,
                                                           async::Deadline deadline) {
  if (!store_secret_) co_return fail(Errc::unsupported, "secrets for one-time passwords are not changed here");
  const auto job = [store = store_secret_, user = std::move(user), secret = std::move(secret), replaces] {
    return store(user, secret, replaces);
  };
  const Result<Result<>> answer = co_await pool_.run(job, deadline);
  if (!answer) co_return fail(answer.error());
  co_return *answer;
}

}  // namespace sallyport::login
