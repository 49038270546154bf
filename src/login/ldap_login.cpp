#include "login/ldap_login.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "login/dn.hpp"
#include "login/ldap_filter.hpp"

namespace sallyport::login {
namespace {

constexpr int kPasswordLevel = 1;
constexpr std::size_t kMostGroups = 1000;
constexpr std::size_t kMostValues = 16;      // of an attribute in a credential
constexpr std::size_t kLongestValue = 1024;  // bytes, likewise
constexpr std::string_view kMemberOf = "memberOf";
constexpr std::string_view kUnknownUser = "unknown user";

// By these directories say that an account is off: ours; 389 DS and FreeIPA; eDirectory; those with the password policy
// of draft-behera-ldap-password-policy; Active Directory. A bind fails then; somebody who is logged in does not bind.
constexpr std::string_view kAccountValid = "secAcctValid";
constexpr std::string_view kAccountLock = "nsAccountLock";
constexpr std::string_view kLoginDisabled = "loginDisabled";
constexpr std::string_view kLockedTime = "pwdAccountLockedTime";
constexpr std::string_view kAccountControl = "userAccountControl";
// By an administrator, for good. Any other time is that of a lock after wrong passwords: whoever tries some must not end
// the sessions of others.
constexpr std::string_view kLockedForGood = "000001010000Z";
constexpr std::uint64_t kAccountDisabled = 2;  // of userAccountControl

// What is another one when the entry is, or its password: RFC 4530, 389 DS, FreeIPA, Active Directory; the password
// policy, Active Directory, Kerberos.
constexpr std::string_view kVersionAttributes[] = {"entryUUID",      "nsUniqueId", "ipaUniqueID",     "objectGUID",
                                                   "pwdChangedTime", "pwdLastSet", "krbLastPwdChange"};

// The state of one log_in().
class LdapLogin {
 public:
  LdapLogin(LdapSession& session, const LdapRules& rules) : session_(session), rules_(rules) {}

  Result<LdapVerdict> run(std::string_view user, const Secret& password);
  Result<CredentialPtr> look_up(std::string_view user);

 private:
  // True: entry_ and name_ are the user's. False: refusal_ says why not.
  Result<bool> find(std::string_view user);
  bool is_account_valid() const;
  Result<std::vector<std::string>> read_groups();
  Result<std::vector<std::string>> search_groups(std::string_view attribute);
  Result<std::vector<std::string>> groups_of_entry();
  Result<std::vector<std::string>> name_of_group(const std::string& dn);
  std::vector<identity::Attribute> credential_attributes() const;
  std::uint64_t entry_version() const;
  Result<CredentialPtr> make_credential();

  LdapSession& session_;
  const LdapRules& rules_;
  LdapEntry entry_;
  std::string name_;
  std::string refusal_;
};

Result<bool> LdapLogin::find(std::string_view user) {
  LdapQuery query;
  query.base = rules_.user_base;
  query.filter = user_filter(rules_.object_class, rules_.name_attribute, user);
  query.attributes = rules_.credential_attributes;
  query.attributes.push_back(rules_.name_attribute);
  for (const auto name : {kAccountValid, kAccountLock, kLoginDisabled, kLockedTime, kAccountControl}) {
    query.attributes.emplace_back(name);
  }
  query.attributes.insert(query.attributes.end(), std::begin(kVersionAttributes), std::end(kVersionAttributes));
  if (rules_.groups == LdapGroups::member_of) query.attributes.emplace_back(kMemberOf);
  query.most = 2;
  auto answer = session_.search(query);
  if (!answer) {
    if (answer.error().code != Errc::not_found) return fail(answer.error());
    return fail(Errc::unavailable, answer.error().detail, Side::directory);  // not even the base is there
  }
  if (answer->entries.size() > 1 || !answer->is_complete) {
    refusal_ = "more than one entry has this name";
    return false;
  }
  if (answer->entries.empty() || answer->entries.front().dn.empty()) {
    refusal_ = kUnknownUser;
    return false;
  }
  entry_ = std::move(answer->entries.front());
  auto name = name_of_entry(entry_.dn, rules_.name_attribute, entry_.values(rules_.name_attribute));
  if (!name) {
    refusal_ = name.error().detail;
    return false;
  }
  // Directories take more spellings for one name than we do; somebody with many names would have many counters of
  // failed logins, and another name in the policy than the one he gave.
  const auto typed = identity::Name::make(user);
  const auto found = identity::Name::make(*name);
  if (!typed || !found || *typed != *found) {
    refusal_ = "the directory spells the user \"" + log_escaped(*name, 200) + "\"";
    return false;
  }
  name_ = std::move(*name);
  return true;
}

bool LdapLogin::is_account_valid() const {
  const auto all_are = [&](std::string_view name, std::string_view wanted) {
    const auto& said = entry_.values(name);
    return std::all_of(said.begin(), said.end(), [&](const std::string& v) { return equal_ignoring_case(v, wanted); });
  };
  const auto some_is = [&](std::string_view name, std::string_view bad) {
    const auto& said = entry_.values(name);
    return std::any_of(said.begin(), said.end(), [&](const std::string& v) { return equal_ignoring_case(v, bad); });
  };
  const auto& control = entry_.values(kAccountControl);
  const bool is_disabled = std::any_of(control.begin(), control.end(), [](const std::string& value) {
    const auto flags = parse_unsigned(value);
    return !flags || (*flags & kAccountDisabled) != 0;
  });
  return all_are(kAccountValid, "TRUE") && !some_is(kAccountLock, "TRUE") && !some_is(kLoginDisabled, "TRUE") &&
         !some_is(kLockedTime, kLockedForGood) && !is_disabled;
}

Result<std::vector<std::string>> LdapLogin::search_groups(std::string_view attribute) {
  LdapQuery query;
  query.base = rules_.group_base;
  query.filter = member_filter(attribute, entry_.dn);
  query.attributes = {rules_.group_name_attribute};
  query.most = static_cast<int>(kMostGroups);
  const auto answer = session_.search(query);
  if (!answer) {
    if (answer.error().code != Errc::not_found) return fail(answer.error());
    return fail(Errc::unavailable, answer.error().detail, Side::directory);
  }
  if (!answer->is_complete) {
    return fail(Errc::malformed, log_escaped(entry_.dn, 200) + " is in too many groups", Side::directory);
  }
  std::vector<std::string> groups;
  for (const LdapEntry& group : answer->entries) {
    auto name = name_of_entry(group.dn, rules_.group_name_attribute, group.values(rules_.group_name_attribute));
    if (!name) return fail(name.error());
    groups.push_back(std::move(*name));
  }
  return groups;
}

// None, if the group is not there any more.
Result<std::vector<std::string>> LdapLogin::name_of_group(const std::string& dn) {
  if (auto name = leading_value_of_dn(dn, rules_.group_name_attribute)) return std::vector<std::string>{*name};
  LdapQuery query;
  query.base = dn;
  query.scope = LdapQuery::Scope::entry;
  query.filter = "(objectClass=*)";
  query.attributes = {rules_.group_name_attribute};
  query.most = 1;
  const auto answer = session_.search(query);
  if (!answer && answer.error().code != Errc::not_found) return fail(answer.error());
  if (!answer || answer->entries.empty()) return std::vector<std::string>();
  const auto& values = answer->entries.front().values(rules_.group_name_attribute);
  auto name = name_of_entry(dn, rules_.group_name_attribute, values);
  if (!name) return fail(name.error());
  return std::vector<std::string>{std::move(*name)};
}

Result<std::vector<std::string>> LdapLogin::groups_of_entry() {
  const auto& names = entry_.values(kMemberOf);
  if (names.size() > kMostGroups) {
    return fail(Errc::malformed, log_escaped(entry_.dn, 200) + " is in too many groups", Side::directory);
  }
  std::vector<std::string> groups;
  for (const std::string& dn : names) {
    if (!is_below(dn, rules_.group_base)) continue;
    auto name = name_of_group(dn);
    if (!name) return fail(name.error());
    groups.insert(groups.end(), name->begin(), name->end());
  }
  return groups;
}

Result<std::vector<std::string>> LdapLogin::read_groups() {
  switch (rules_.groups) {
    case LdapGroups::member:
      return search_groups("member");
    case LdapGroups::unique_member:
      return search_groups("uniqueMember");
    case LdapGroups::member_of:
      return groups_of_entry();
    case LdapGroups::none:
      break;
  }
  return std::vector<std::string>();
}

// Those that are text, and none of any size: a session keeps them.
std::vector<identity::Attribute> LdapLogin::credential_attributes() const {
  std::vector<identity::Attribute> out;
  for (const std::string& name : rules_.credential_attributes) {
    identity::Attribute attribute{name, {}};
    for (const std::string& value : entry_.values(name)) {
      if (value.size() > kLongestValue || !is_utf8(value) || attribute.values.size() == kMostValues) continue;
      attribute.values.push_back(value);
    }
    if (!attribute.values.empty() && is_for_credentials(name)) out.push_back(std::move(attribute));
  }
  return out;
}

// A digest: the values themselves are nobody's business, and every session would hold them.
std::uint64_t LdapLogin::entry_version() const {
  std::string text;
  for (const std::string_view name : kVersionAttributes) {
    for (const std::string& value : entry_.values(name)) {
      text += name;
      text += ' ' + std::to_string(value.size()) + ' ' + value;
    }
  }
  if (text.empty()) return 0;
  std::uint64_t version = 0;
  std::memcpy(&version, crypto::sha256(text).data(), sizeof version);
  return std::max<std::uint64_t>(version, 1);
}

Result<CredentialPtr> LdapLogin::make_credential() {
  auto groups = read_groups();
  if (!groups) return fail(groups.error());
  identity::CredentialFields fields;
  fields.user = name_;
  fields.dn = entry_.dn;
  fields.groups = std::move(*groups);
  fields.method = "password";
  fields.level = kPasswordLevel;
  fields.attributes = credential_attributes();
  fields.entry_version = entry_version();
  auto credential = identity::Credential::make(std::move(fields));
  if (!credential) return fail(Errc::malformed, entry_.dn + ": " + credential.error().detail, Side::directory);
  return credential;
}

Result<LdapVerdict> LdapLogin::run(std::string_view user, const Secret& password) {
  const auto found = find(user);
  if (!found) return fail(found.error());
  LdapVerdict verdict;
  verdict.had_entry = *found;
  const TimePoint begin = std::chrono::steady_clock::now();
  const auto matches = session_.check_password(*found ? entry_.dn : rules_.nobody_dn, password);
  if (!matches) return fail(matches.error());
  verdict.check_time = std::chrono::steady_clock::now() - begin;
  if (!*found) {
    verdict.refusal = refusal_;
    return verdict;
  }
  if (!*matches || !is_account_valid()) {
    verdict.refusal = *matches ? "account is not valid" : "wrong password";
    return verdict;
  }
  auto credential = make_credential();
  if (!credential) return fail(credential.error());
  verdict.credential = std::move(*credential);
  return verdict;
}

Result<CredentialPtr> LdapLogin::look_up(std::string_view user) {
  const auto found = find(user);
  if (!found) return fail(found.error());
  if (!*found) {
    return fail(refusal_ == kUnknownUser ? Errc::not_found : Errc::denied, refusal_, Side::directory);
  }
  if (!is_account_valid()) return fail(Errc::denied, "account is not valid", Side::directory);
  return make_credential();
}

}  // namespace

Result<LdapVerdict> log_in(LdapSession& session, const LdapRules& rules, std::string_view user,
                           const Secret& password) {
  return LdapLogin(session, rules).run(user, password);
}

Result<CredentialPtr> look_up_user(LdapSession& session, const LdapRules& rules, std::string_view user) {
  return LdapLogin(session, rules).look_up(user);
}

}  // namespace sallyport::login
