#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/credential.hpp"
#include "login/entry_match.hpp"
#include "login/ldif.hpp"

namespace sallyport::login {

// How a password login ended.
enum class PasswordOutcome : std::uint8_t {
  accepted,
  rejected,         // no such user or wrong password: nobody is told which
  account_invalid,  // the password was right, but the account is switched off
};

struct PasswordVerdict {
  PasswordOutcome outcome = PasswordOutcome::rejected;
  identity::Subject subject;  // authenticated only if accepted; its name as the registry spells it
};

// Users and groups of one LDIF file, as they were when it was read. Immutable, so that any thread may ask it.
//
// A user is an entry with `uid`: inetOrgPerson or another class that may have one. A group is an entry of class
// groupOfNames or groupOfUniqueNames, called by its first `cn`; its members are the users whose names stand in
// member or uniqueMember. An account is switched off by "secAcctValid: FALSE". "secTotpSecret" is the user's secret for one-time passwords, in base32.
class LdifRegistry {
 public:
  // Errors (bad_config) begin with "line 12: ": a name or distinguished name that is none, two entries for one name,
  // a password that is in clear text or hashed in an unknown way. All or nothing: a registry that lacks a group could
  // give somebody more than he may.
  static Result<std::shared_ptr<const LdifRegistry>> make(const LdifDocument& document);

  // Level 1, method "password". Takes the time of a password hash whether there is such a user or not (attack case
  // F11): call it on a thread that may wait. Error: internal, if the hash cannot be computed.
  Result<PasswordVerdict> check_password(std::string_view user, const Secret& password) const;

  // The user as a login would make him, without password: to look again at a session's user after a reload (attack
  // case F12). Errors: not_found; denied for an account that is switched off.
  Result<std::shared_ptr<const identity::Credential>> find(std::string_view user) const;

  // The one user whose entry this is about, as find() says who he is. Reads every entry. Errors: as of find(); denied, if
  // there are several.
  Result<std::shared_ptr<const identity::Credential>> find_entry(const EntryMatch& match) const;

  // As it is stored, and readable; empty if there is none. Errors: as of find().
  Result<Secret> totp_secret(std::string_view user) const;

  // Whether somebody who logged in by `before` has to do it again: the user is gone or switched off, has another
  // password, or is in other groups (attack case F12). Being in one more group can mean to be allowed less.
  bool ends_sessions_of(std::string_view user, const LdifRegistry& before) const;

  std::size_t user_count() const { return users_.size(); }
  std::size_t group_count() const { return groups_; }

 private:
  struct User {
    std::shared_ptr<const identity::Credential> credential;
    std::string password;  // userPassword; empty if there is none, and no way in then
    bool is_valid = true;
    Secret totp_secret;
    std::vector<identity::Attribute> hidden;  // neither in the credential nor a secret
  };

  LdifRegistry() = default;
  static bool fits(const User& user, const EntryMatch& match, const std::string& dn);
  friend class LdifRegistryMaker;

  // By identity::Name::folded().
  std::map<std::string, User, std::less<>> users_;
  std::size_t groups_ = 0;
  std::string dummy_password_;  // a hash like those of the users, for names that nobody has
};

// Whether an entry is a user or a group in the sense of LdifRegistry.
bool is_user(const LdifEntry& entry);
bool is_group(const LdifEntry& entry);

// False if secAcctValid says so.
bool is_account_valid(const LdifEntry& entry);

// The distinguished names in member and uniqueMember, as written.
std::vector<std::string_view> members_of(const LdifEntry& group);

// What `sallyport user create` and `user modify ... password` store: "{CRYPT}$y$...".
Result<std::string> new_stored_password(const Secret& password);

}  // namespace sallyport::login
