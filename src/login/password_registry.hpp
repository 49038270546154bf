// login: authentication methods that must ask somebody. A name and a password go in, a credential comes out; the asking
// is done on the worker pool, with deadlines, never on an event loop. Knows neither HTTP nor sessions.
#pragma once

#include <memory>
#include <string>

#include "async/task.hpp"
#include "async/deadline.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/credential.hpp"
#include "login/entry_match.hpp"

namespace sallyport::login {

using CredentialPtr = std::shared_ptr<const identity::Credential>;

// Where users are. Thread-safe: every worker asks the same one.
class PasswordRegistry {
 public:
  virtual ~PasswordRegistry() = default;

  // Whether this is the user's password, and who he is then. Errors: denied for an unknown user, a wrong password and
  // an account that is not valid, after about the same time (attack F11; `detail` tells them apart, for the audit log
  // only); malformed, for a right password of one that no credential can be made of; unavailable or timeout when nobody
  // could answer.
  virtual async::Task<Result<CredentialPtr>> authenticate(std::string user, Secret password,
                                                          async::Deadline deadline) = 0;

  // Who the user is now, without his password: for looking again at somebody who is logged in (attack F12). Errors:
  // not_found, if there is no such user any more; denied, for an account that is not valid; malformed, for one that no
  // credential can be made of; others when nobody could answer, which says nothing about the user.
  virtual async::Task<Result<CredentialPtr>> look_up(std::string user, async::Deadline deadline) = 0;

  // The one user whose entry this is about, as look_up() says who he is: for those who prove who they are by something
  // else than a name. Errors: as of look_up(); not_found, if it is nobody's; denied, if it is about several entries, or
  // if the registry takes for equal what is spelt differently in more than the case of ASCII letters (attack E8).
  virtual async::Task<Result<CredentialPtr>> find_entry(EntryMatch match, async::Deadline deadline) = 0;

  // The user's secret for one-time passwords as it is stored (read_totp_secret() reads it); empty if he has none. Errors:
  // as of look_up(); unsupported, if there can be none here.
  virtual async::Task<Result<Secret>> totp_secret(std::string, async::Deadline) {
    co_return fail(Errc::unsupported, "this registry keeps no secrets for one-time passwords");
  }

  // Stores another one, or the first one; the latter alone if `replaces` is false. Errors: already_exists; unsupported, if
  // this server may not; others as of look_up().
  virtual async::Task<Result<>> store_totp_secret(std::string, Secret, bool /*replaces*/, async::Deadline) {
    co_return fail(Errc::unsupported, "secrets for one-time passwords are not changed here");
  }
};

}  // namespace sallyport::login
