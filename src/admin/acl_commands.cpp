#include "admin/acl_commands.hpp"

#include "admin/grammar.hpp"
#include "admin/policy_commands.hpp"
#include "base/text.hpp"

namespace sallyport::admin {
namespace {

using authz::Acl;
using authz::EntryKey;
using authz::EntryKind;
using authz::ObjectName;
using authz::PermissionSet;
using authz::PolicyDocument;
using Words = std::span<const std::string>;

constexpr std::string_view kModifyUsage =
    "acl modify <acl> [set] description <text> | set {user <name>|group <name>|any-other|unauthenticated} "
    "[<permissions>] | "
    "remove {user <name>|group <name>|any-other|unauthenticated}";

std::string render(const Acl& acl) {
  std::string out = labelled(4, "ACL Name", acl.name.text());
  out += labelled(4, "Description", acl.description);
  out += labelled(4, "Entries", "");
  const auto add = [&](std::string entry, PermissionSet permissions) {
    const auto letters = permissions.to_string();
    out += "        " + std::move(entry) + (letters.empty() ? "" : " " + letters) + "\n";
  };
  for (const auto& entry : acl.groups) add("Group " + entry.who.to_string(), entry.permissions);
  for (const auto& entry : acl.users) add("User " + entry.who.to_string(), entry.permissions);
  if (acl.any_other) add("Any-other", *acl.any_other);
  if (acl.unauthenticated) add("Unauthenticated", *acl.unauthenticated);
  return out;
}

CommandOutput create(Words words, PolicyDocument& document) {
  return outcome(document.create_acl(words[2]));
}

CommandOutput remove(Words words, PolicyDocument& document) {
  return outcome(document.delete_acl(words[2]));
}

CommandOutput list(Words, PolicyDocument& document) {
  return printed_names(document.acls());
}

CommandOutput show(Words words, PolicyDocument& document) {
  const auto acl = document.find_acl(words[2]);
  return acl ? printed(render(*acl)) : failed(acl.error());
}

CommandOutput find(Words words, PolicyDocument& document) {
  return printed_objects(document.attached_to(words[2]));
}

CommandOutput attach(Words words, PolicyDocument& document) {
  return change_object(words[2], [&](const ObjectName& object) { return document.attach(object, words[3]); });
}

CommandOutput detach(Words words, PolicyDocument& document) {
  return change_object(words[2], [&](const ObjectName& object) { return document.detach(object); });
}

// Takes "user <name>", "group <name>", "any-other" or "unauthenticated" from the front of the words. Nothing, and no
// error, if the words are not that.
std::optional<Result<EntryKey>> take_entry(Words& words) {
  static constexpr std::string_view kKinds[] = {"user", "group", "any-other", "unauthenticated"};
  if (words.empty()) return std::nullopt;
  const auto kind = match_keyword(words[0], kKinds);
  if (!kind) return std::nullopt;
  EntryKey key{static_cast<EntryKind>(*kind), std::nullopt};
  words = words.subspan(1);
  if (key.kind == EntryKind::any_other || key.kind == EntryKind::unauthenticated) return key;
  if (words.empty()) return std::nullopt;
  const auto who = identity::Name::make(words[0]);
  if (!who) return Result<EntryKey>(fail(who.error()));
  key.who = *who;
  words = words.subspan(1);
  return key;
}

CommandOutput modify(Words words, PolicyDocument& document) {
  static constexpr std::string_view kActions[] = {"set", "remove", "description"};
  const std::string& acl = words[2];
  const auto action = match_keyword(words[3], kActions);
  Words rest = words.subspan(4);
  if (!action) return misused(kModifyUsage);
  const bool is_set_description = *action == 0 && rest.size() == 2 && rest[0] == "description";
  if (*action == 2 || is_set_description) {
    if (is_set_description) rest = rest.subspan(1);
    return rest.size() == 1 ? outcome(document.set_acl_description(acl, rest[0])) : misused(kModifyUsage);
  }
  const auto key = take_entry(rest);
  if (!key) return misused(kModifyUsage);
  if (!*key) return failed(key->error());
  if (rest.size() > (*action == 0 ? 1u : 0u)) return misused(kModifyUsage);
  if (*action == 1) return outcome(document.remove_entry(acl, **key));
  const auto permissions = PermissionSet::parse(rest.empty() ? std::string_view() : std::string_view(rest[0]));
  return permissions ? outcome(document.set_entry(acl, **key, *permissions)) : failed(permissions.error());
}

constexpr PolicyCommand kCommands[] = {
    {"create", 3, 3, "acl create <acl>", create},
    {"delete", 3, 3, "acl delete <acl>", remove},
    {"list", 2, 2, "acl list", list},
    {"show", 3, 3, "acl show <acl>", show},
    {"find", 3, 3, "acl find <acl>", find},
    {"attach", 4, 4, "acl attach <object> <acl>", attach},
    {"detach", 3, 3, "acl detach <object>", detach},
    {"modify", 5, 7, kModifyUsage, modify},
};

}  // namespace

CommandOutput run_acl_command(Words words, PolicyDocument& document) {
  return run_policy_command(kCommands, "acl create|delete|list|show|find|attach|detach|modify ...", words, document);
}

}  // namespace sallyport::admin
