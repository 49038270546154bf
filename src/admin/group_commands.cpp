#include <algorithm>

#include "admin/grammar.hpp"
#include "admin/registry_edit.hpp"
#include "admin/user_commands.hpp"
#include "base/text.hpp"
#include "identity/credential.hpp"
#include "login/dn.hpp"
#include "login/ldif_registry.hpp"

namespace sallyport::admin {
namespace {

using login::LdifDocument;
using login::LdifEntry;
using Words = std::span<const std::string>;

constexpr std::string_view kModifyUsage =
    "group modify <group> {add <user> ... | remove <user> ... | description <text>}";

Error no_group(std::string_view name) {
  return Error(Errc::not_found, "there is no group " + log_escaped(name, 200));
}

// The user of that name, or why not.
Result<const LdifEntry*> existing_user(LdifDocument& registry, std::string_view name) {
  const LdifEntry* user = find_user(registry, name);
  if (user == nullptr) return fail(Errc::not_found, "there is no user " + log_escaped(name, 200));
  return user;
}

// The member values of the group that name this user, as written.
std::vector<std::string> member_values(const LdifEntry& group, const LdifEntry& user) {
  const auto wanted = login::normalised_dn(user.dn());
  std::vector<std::string> out;
  for (const std::string_view member : login::members_of(group)) {
    const auto dn = login::normalised_dn(member);
    if (dn && wanted && *dn == *wanted) out.emplace_back(member);
  }
  return out;
}

CommandOutput create(Words words, LdifDocument& registry) {
  if (words.size() != 3) return misused("group create <group> <dn> <cn>");
  if (auto valid = identity::Name::make(words[0]); !valid) return failed(valid.error());
  if (find_group(registry, words[0]) != nullptr) {
    return failed(Error(Errc::already_exists, "there is a group " + log_escaped(words[0], 200) + " already"));
  }
  return edit(registry, [&](LdifDocument& next) -> Result<void> {
    const auto entry = add_entry(next, words[1]);
    if (!entry) return fail(entry.error());
    (*entry)->add("objectClass", "top");
    (*entry)->add("objectClass", "groupOfNames");
    // The first one is what the group is called.
    (*entry)->add("cn", words[0]);
    if (!equal_ignoring_case(words[0], words[2])) (*entry)->add("cn", words[2]);
    return {};
  });
}

CommandOutput erase(Words words, LdifDocument& registry) {
  if (!words.empty() && words[0] == "-registry") words = words.subspan(1);
  if (words.size() != 1) return misused("group delete [-registry] <group>");
  const LdifEntry* group = find_group(registry, words[0]);
  if (group == nullptr) return failed(no_group(words[0]));
  const std::string dn = group->dn();
  return edit(registry, [&](LdifDocument& next) -> Result<void> {
    std::erase_if(next.entries, [&](const LdifEntry& entry) { return entry.dn() == dn && login::is_group(entry); });
    return {};
  });
}

CommandOutput list(Words words, LdifDocument& registry) {
  const auto max = words.size() == 2 ? parse_unsigned(words[1], 1000000) : std::nullopt;
  if (!max) return misused("group list <pattern> <max>");
  std::vector<std::string> names;
  for (const LdifEntry& entry : registry.entries) {
    if (login::is_group(entry)) names.emplace_back(entry.value("cn"));
  }
  return printed(render_names(std::move(names), words[0], *max));
}

CommandOutput show(Words words, LdifDocument& registry) {
  if (words.size() != 1) return misused("group show <group>");
  const LdifEntry* group = find_group(registry, words[0]);
  if (group == nullptr) return failed(no_group(words[0]));
  return printed(shown("Group ID", group->value("cn")) + shown("LDAP DN", group->dn()) +
                 shown("Description", group->value("description")) + shown("LDAP CN", group->values("cn").back()) +
                 shown("Is SecGroup", "Yes"));
}

CommandOutput show_members(Words words, LdifDocument& registry) {
  if (words.size() != 1) return misused("group show-members <group>");
  const LdifEntry* group = find_group(registry, words[0]);
  if (group == nullptr) return failed(no_group(words[0]));
  std::vector<std::string> names;
  for (const LdifEntry& entry : registry.entries) {
    if (login::is_user(entry) && !member_values(*group, entry).empty()) names.emplace_back(entry.value("uid"));
  }
  const std::size_t all = names.size();
  return printed(render_names(std::move(names), "*", all));
}

Result<void> add_member(LdifDocument& registry, std::string_view group_name, std::string_view user_name) {
  const auto user = existing_user(registry, user_name);
  if (!user) return fail(user.error());
  LdifEntry* group = find_group(registry, group_name);
  if (!member_values(*group, **user).empty()) {
    return fail(Errc::already_exists,
                log_escaped(user_name, 200) + " is a member of " + log_escaped(group_name, 200) + " already");
  }
  group->add(group->is_a("groupOfUniqueNames") ? "uniqueMember" : "member", (*user)->dn());
  return {};
}

Result<void> remove_member(LdifDocument& registry, std::string_view group_name, std::string_view user_name) {
  const auto user = existing_user(registry, user_name);
  if (!user) return fail(user.error());
  LdifEntry* group = find_group(registry, group_name);
  const auto values = member_values(*group, **user);
  if (values.empty()) {
    return fail(Errc::not_found, log_escaped(user_name, 200) + " is no member of " + log_escaped(group_name, 200));
  }
  for (const std::string& value : values) {
    group->remove_value("member", value);
    group->remove_value("uniqueMember", value);
  }
  return {};
}

CommandOutput modify(Words words, LdifDocument& registry) {
  static constexpr std::string_view kProperties[] = {"add", "remove", "description"};
  const auto property = words.size() >= 3 ? match_keyword(words[1], kProperties) : std::nullopt;
  if (!property || (*property == 2 && words.size() != 3)) return misused(kModifyUsage);
  if (find_group(registry, words[0]) == nullptr) return failed(no_group(words[0]));
  return edit(registry, [&](LdifDocument& next) -> Result<void> {
    if (*property == 2) {
      LdifEntry* group = find_group(next, words[0]);
      if (words[2].empty()) {
        group->remove("description");
      } else {
        group->set("description", words[2]);
      }
      return {};
    }
    for (const std::string& user : words.subspan(2)) {
      auto done = *property == 0 ? add_member(next, words[0], user) : remove_member(next, words[0], user);
      if (!done) return done;
    }
    return {};
  });
}

constexpr std::string_view kNames[] = {"create", "delete", "list", "show", "show-members", "modify"};
constexpr CommandOutput (*kRun[])(Words, LdifDocument&) = {create, erase, list, show, show_members, modify};

}  // namespace

CommandOutput run_group_command(Words words, LdifDocument& registry) {
  const auto index = words.size() < 2 ? std::nullopt : match_keyword(words[1], kNames);
  if (!index) return misused("group create|delete|list|show|show-members|modify ...");
  return kRun[*index](words.subspan(2), registry);
}

}  // namespace sallyport::admin
