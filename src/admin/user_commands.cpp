#include "admin/user_commands.hpp"

#include <algorithm>

#include "admin/grammar.hpp"
#include "admin/registry_edit.hpp"
#include "admin/totp_commands.hpp"
#include "base/text.hpp"
#include "identity/credential.hpp"
#include "login/dn.hpp"
#include "login/ldif_registry.hpp"

namespace sallyport::admin {
namespace {

using login::LdifDocument;
using login::LdifEntry;
using Words = std::span<const std::string>;

constexpr std::string_view kCreateUsage =
    "user create [-no-password-policy] <name> <dn> <cn> <sn> <password> [<group> ...]";
constexpr std::string_view kModifyUsage =
    "user modify <name> {account-valid yes|no | password <password> | description <text>}";

Error no_user(std::string_view name) {
  return Error(Errc::not_found, "there is no user " + log_escaped(name, 200));
}

Result<std::string> hashed(const std::string& password, bool has_policy, const UserCommandRules& rules) {
  if (!is_utf8(password) || std::any_of(password.begin(), password.end(), is_control)) {
    return fail(Errc::malformed, "a password is text without control characters");
  }
  if (trimmed(password).empty()) return fail(Errc::malformed, "the password is empty");
  // A character is whatever begins one in UTF-8.
  const auto characters = static_cast<std::size_t>(std::count_if(
      password.begin(), password.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  if (has_policy && characters < rules.min_password) {
    return fail(Errc::denied,
                "the password is too short: at least " + std::to_string(rules.min_password) + " characters");
  }
  return rules.hash(Secret(password));
}

Result<void> join(LdifDocument& registry, std::string_view group, std::string_view dn) {
  LdifEntry* entry = find_group(registry, group);
  if (entry == nullptr) return fail(Errc::not_found, "there is no group " + log_escaped(group, 200));
  entry->add(entry->is_a("groupOfUniqueNames") ? "uniqueMember" : "member", dn);
  return {};
}

// A name whose first part is not among the attributes would be refused by every directory.
Result<void> check_naming(const std::string& dn, const std::string& name, const std::string& cn) {
  const auto normalised = login::normalised_dn(dn);
  if (!normalised) return fail(normalised.error());
  for (const auto& [type, value] : {std::pair("uid=", &name), std::pair("cn=", &cn)}) {
    const auto rdn = login::normalised_dn(type + login::escaped_dn_value(*value));
    if (rdn && (*normalised == *rdn || normalised->starts_with(*rdn + ","))) return {};
  }
  return fail(Errc::malformed, "the distinguished name must begin with uid=" + log_escaped(name, 200) +
                                   " or cn=" + log_escaped(cn, 200));
}

CommandOutput create(Words words, LdifDocument& registry, const UserCommandRules& rules) {
  bool has_policy = true;
  while (!words.empty() && words[0].starts_with('-')) {
    if (words[0] == "-gsouser") {
      return failed(Error(Errc::unsupported, "-gsouser is not supported: there is no store for single sign-on"));
    }
    if (words[0] != "-no-password-policy") return misused(kCreateUsage);
    has_policy = false;
    words = words.subspan(1);
  }
  if (words.size() < 5) return misused(kCreateUsage);
  const std::string& name = words[0];
  if (find_user(registry, name) != nullptr) {
    return failed(Error(Errc::already_exists, "there is a user " + log_escaped(name, 200) + " already"));
  }
  if (auto valid = identity::Name::make(name); !valid) return failed(valid.error());
  if (auto valid = check_naming(words[1], name, words[2]); !valid) return failed(valid.error());
  const auto password = hashed(words[4], has_policy, rules);
  if (!password) return failed(password.error());
  return edit(registry, [&](LdifDocument& next) -> Result<void> {
    const auto entry = add_entry(next, words[1]);
    if (!entry) return fail(entry.error());
    for (const char* object_class : {"top", "person", "organizationalPerson", "inetOrgPerson"}) {
      (*entry)->add("objectClass", object_class);
    }
    (*entry)->add("uid", name);
    (*entry)->add("cn", words[2]);
    (*entry)->add("sn", words[3]);
    (*entry)->add("userPassword", *password);
    // As in pdadmin: an administrator looks at a new account before it can be used.
    (*entry)->add("secAcctValid", "FALSE");
    for (const std::string& group : words.subspan(5)) {
      if (auto joined = join(next, group, words[1]); !joined) return joined;
    }
    return {};
  });
}

CommandOutput erase(Words words, LdifDocument& registry, const UserCommandRules&) {
  if (!words.empty() && words[0] == "-registry") words = words.subspan(1);
  if (words.size() != 1) return misused("user delete [-registry] <name>");
  const LdifEntry* user = find_user(registry, words[0]);
  if (user == nullptr) return failed(no_user(words[0]));
  const std::string dn = user->dn();
  return edit(registry, [&](LdifDocument& next) -> Result<void> {
    remove_from_groups(next, dn);
    std::erase_if(next.entries, [&](const LdifEntry& entry) { return entry.dn() == dn && login::is_user(entry); });
    return {};
  });
}

CommandOutput list(Words words, LdifDocument& registry, const UserCommandRules&) {
  const auto max = words.size() == 2 ? parse_unsigned(words[1], 1000000) : std::nullopt;
  if (!max) return misused("user list <pattern> <max>");
  std::vector<std::string> names;
  for (const LdifEntry& entry : registry.entries) {
    if (login::is_user(entry)) names.emplace_back(entry.value("uid"));
  }
  return printed(render_names(std::move(names), words[0], *max));
}

std::string render(const LdifEntry& user) {
  return shown("Login ID", user.value("uid")) + shown("LDAP DN", user.dn()) + shown("LDAP CN", user.value("cn")) +
         shown("LDAP SN", user.value("sn")) + shown("Description", user.value("description")) +
         shown("Is SecUser", "Yes") + shown("Is GSO user", "No") +
         shown("Account valid", login::is_account_valid(user) ? "Yes" : "No") + shown("Password valid", "Yes");
}

CommandOutput show(Words words, LdifDocument& registry, const UserCommandRules&) {
  if (words.size() != 1) return misused("user show <name>");
  const LdifEntry* user = find_user(registry, words[0]);
  return user == nullptr ? failed(no_user(words[0])) : printed(render(*user));
}

CommandOutput show_dn(Words words, LdifDocument& registry, const UserCommandRules&) {
  if (words.size() != 1) return misused("user show-dn <dn>");
  const auto wanted = login::normalised_dn(words[0]);
  if (!wanted) return failed(wanted.error());
  for (const LdifEntry& entry : registry.entries) {
    if (!login::is_user(entry)) continue;
    const auto dn = login::normalised_dn(entry.dn());
    if (dn && *dn == *wanted) return printed(render(entry));
  }
  return failed(no_user(words[0]));
}

CommandOutput show_groups(Words words, LdifDocument& registry, const UserCommandRules&) {
  if (words.size() != 1) return misused("user show-groups <name>");
  const LdifEntry* user = find_user(registry, words[0]);
  if (user == nullptr) return failed(no_user(words[0]));
  std::string out;
  for (const std::string& group : groups_of(registry, *user)) out += group + "\n";
  return printed(std::move(out));
}

CommandOutput modify(Words words, LdifDocument& registry, const UserCommandRules& rules) {
  static constexpr std::string_view kProperties[] = {"account-valid", "password", "description", "password-valid",
                                                     "gsouser"};
  const auto property = words.size() == 3 ? match_keyword(words[1], kProperties) : std::nullopt;
  if (!property) return misused(kModifyUsage);
  if (find_user(registry, words[0]) == nullptr) return failed(no_user(words[0]));
  const std::string& value = words[2];
  std::string attribute;
  std::string stored;
  if (*property == 0) {
    if (value != "yes" && value != "no") return misused(kModifyUsage);
    attribute = "secAcctValid";
    stored = value == "yes" ? "TRUE" : "FALSE";
  } else if (*property == 1) {
    auto password = hashed(value, true, rules);
    if (!password) return failed(password.error());
    attribute = "userPassword";
    stored = std::move(*password);
  } else if (*property == 2) {
    attribute = "description";
    stored = value;
  } else {
    return failed(Error(Errc::unsupported, std::string(kProperties[*property]) + " is not supported"));
  }
  return edit(registry, [&](LdifDocument& next) -> Result<void> {
    LdifEntry* user = find_user(next, words[0]);
    if (stored.empty()) {
      user->remove(attribute);
    } else {
      user->set(attribute, stored);
    }
    return {};
  });
}

constexpr std::string_view kNames[] = {"create", "delete", "list", "show", "show-dn",
                                        "show-groups", "modify", "totp"};
constexpr CommandOutput (*kRun[])(Words, LdifDocument&, const UserCommandRules&) = {create,  erase,       list,  show,
                                                                                    show_dn, show_groups, modify,
                                                                                    run_totp_command};

}  // namespace

CommandOutput run_user_command(Words words, LdifDocument& registry, const UserCommandRules& rules) {
  const auto index = words.size() < 2 ? std::nullopt : match_keyword(words[1], kNames);
  if (!index) return misused("user create|delete|list|show|show-dn|show-groups|modify|totp ...");
  return kRun[*index](words.subspan(2), registry, rules);
}

}  // namespace sallyport::admin
