#include "admin/object_commands.hpp"

#include "admin/grammar.hpp"
#include "base/text.hpp"

namespace sallyport::admin {
namespace {

using authz::kMaxObjectType;
using authz::ObjectName;
using authz::ObjectRecord;
using authz::PolicyDocument;
using Words = std::span<const std::string>;

constexpr std::string_view kCreateUsage = "object create <object> <description> <type> ispolicyattachable {yes|no}";
constexpr std::string_view kModifyUsage =
    "object modify <object> set {description <text>|type <number>|ispolicyattachable {yes|no}}";

std::string render(const ObjectName& name, const PolicyDocument& document) {
  const ObjectRecord record = document.object(name);
  const auto type = std::to_string(record.type) + " (" + std::string(authz::object_type_name(record.type)) + ")";
  return labelled(4, "Name", name.text()) + labelled(4, "Description", record.description) + labelled(4, "Type", type) +
         labelled(4, "Is Policy Attachable", record.policy_attachable ? "Yes" : "No") +
         labelled(4, "Attached ACL", document.attached_acl(name)) +
         labelled(4, "Attached POP", document.attached_pop(name)) +
         labelled(4, "Effective ACL", document.effective_acl(name)) +
         labelled(4, "Effective POP", document.effective_pop(name));
}

Result<std::uint32_t> parse_type(std::string_view text) {
  const auto type = parse_unsigned(text, kMaxObjectType);
  if (!type) {
    return fail(Errc::malformed, "'" + log_escaped(text, 64) + "' is no object type: a number from 0 to " +
                                     std::to_string(kMaxObjectType));
  }
  return static_cast<std::uint32_t>(*type);
}

Result<bool> parse_yes_no(std::string_view text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  return fail(Errc::malformed, "'" + log_escaped(text, 64) + "' is neither yes nor no");
}

CommandOutput show(const ObjectName& name, Words, PolicyDocument& document) {
  return printed(render(name, document));
}

CommandOutput list(const ObjectName& name, Words, PolicyDocument& document) {
  std::string out;
  for (const auto& child : document.children(name)) out += child.text() + "\n";
  return printed(std::move(out));
}

CommandOutput list_and_show(const ObjectName& name, Words, PolicyDocument& document) {
  std::string out;
  for (const auto& child : document.children(name)) out += render(child, document);
  return printed(std::move(out));
}

CommandOutput exists(const ObjectName& name, Words, PolicyDocument& document) {
  return printed(labelled(0, "Exists", document.exists(name) ? "Yes" : "No"));
}

CommandOutput create(const ObjectName& name, Words words, PolicyDocument& document) {
  if (words[5] != "ispolicyattachable") return misused(kCreateUsage);
  const auto type = parse_type(words[4]);
  if (!type) return failed(type.error());
  const auto attachable = parse_yes_no(words[6]);
  if (!attachable) return failed(attachable.error());
  return outcome(document.create_object(name, {words[3], *type, *attachable}));
}

CommandOutput remove(const ObjectName& name, Words, PolicyDocument& document) {
  return outcome(document.delete_object(name));
}

CommandOutput modify(const ObjectName& name, Words words, PolicyDocument& document) {
  static constexpr std::string_view kProperties[] = {"description", "type", "ispolicyattachable"};
  const auto property = match_keyword(words[4], kProperties);
  if (words[3] != "set" || !property) return misused(kModifyUsage);
  ObjectRecord record = document.object(name);
  if (*property == 0) {
    record.description = words[5];
  } else if (*property == 1) {
    const auto type = parse_type(words[5]);
    if (!type) return failed(type.error());
    record.type = *type;
  } else {
    const auto attachable = parse_yes_no(words[5]);
    if (!attachable) return failed(attachable.error());
    record.policy_attachable = *attachable;
  }
  return outcome(document.set_object(name, std::move(record)));
}

struct Command {
  std::size_t min_words;  // with "object" and the command's own
  std::size_t max_words;
  std::string_view usage;
  CommandOutput (*run)(const ObjectName&, Words, PolicyDocument&);
};

constexpr std::string_view kNames[] = {"show", "list", "listandshow", "exists", "create", "delete", "modify"};
constexpr Command kCommands[] = {
    {3, 3, "object show <object>", show},
    {2, 3, "object list [<object>]", list},
    {3, 3, "object listandshow <object>", list_and_show},
    {3, 3, "object exists <object>", exists},
    {7, 7, kCreateUsage, create},
    {3, 3, "object delete <object>", remove},
    {6, 6, kModifyUsage, modify},
};

}  // namespace

CommandOutput run_object_command(Words words, PolicyDocument& document) {
  const auto index = words.size() < 2 ? std::nullopt : match_keyword(words[1], kNames);
  if (!index) return misused("object show|list|listandshow|exists|create|delete|modify ...");
  const Command& command = kCommands[*index];
  if (words.size() < command.min_words || words.size() > command.max_words) return misused(command.usage);
  const auto name = ObjectName::parse(words.size() > 2 ? std::string_view(words[2]) : std::string_view("/"));
  if (!name) return failed(name.error());
  return command.run(*name, words, document);
}

}  // namespace sallyport::admin
