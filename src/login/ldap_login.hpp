#pragma once

#include <string>
#include <vector>

#include "login/ldap_servers.hpp"
#include "login/password_registry.hpp"

namespace sallyport::login {

// Where an LDAP user's groups are read.
enum class LdapGroups : std::uint8_t { member, unique_member, member_of, none };

// What is where in the directory.
struct LdapRules {
  std::string user_base;
  std::string name_attribute = "uid";
  std::string object_class = "person";
  LdapGroups groups = LdapGroups::member;
  std::string group_base;  // may be empty for member_of: groups anywhere count then
  std::string group_name_attribute = "cn";
  std::vector<std::string> credential_attributes;
  std::string totp_attribute;   // with the secret for one-time passwords; empty: there are none
  bool writes_totp_secrets = false;  // whether the service account may change it
  std::string nobody_dn;  // a name that no entry has and nobody can guess
};

struct LdapVerdict {
  CredentialPtr credential;  // null: refused
  std::string refusal;       // why, for the audit log
  bool had_entry = false;    // the password was tried on a user's entry, not on nobody's
  Duration check_time{};     // that the directory took for the password
};

// One login, as one server answers it: searches the one entry that the name belongs to, binds as that entry, and reads
// its groups. Where there is no such entry, or more than one, the password is tried on nobody all the same (attack
// F11). Blocks. Errors: the server's trouble; malformed, for what no credential can be made of: one group that cannot
// be named spoils the whole, since a credential that lacks a group could get more.
Result<LdapVerdict> log_in(LdapSession& session, const LdapRules& rules, std::string_view user, const Secret& password);

// Who the user is now, as one server says. Blocks. Errors: not_found; denied, for an account that is not valid and for a
// name that more than one entry has; malformed as above; the server's trouble.
Result<CredentialPtr> look_up_user(LdapSession& session, const LdapRules& rules, std::string_view user);

// The one user whose entry this is about, as look_up_user() says who he is. Blocks. Errors: as above; not_found, if there
// is none; denied, if there are several, or if the entry does not show what was looked for.
Result<CredentialPtr> find_entry(LdapSession& session, const LdapRules& rules, const EntryMatch& match);

// The user's secret for one-time passwords, as stored; empty if there is none. Blocks. Errors: as of look_up_user();
// malformed, if there are several.
Result<Secret> read_totp_secret_of(LdapSession& session, const LdapRules& rules, std::string_view user);

// Stores it. Blocks. Errors: as above; already_exists, if there is one and `replaces` is false; denied, if the directory
// does not let the service account.
Result<bool> write_totp_secret_of(LdapSession& session, const LdapRules& rules, std::string_view user,
                                  const Secret& secret, bool replaces);

}  // namespace sallyport::login
