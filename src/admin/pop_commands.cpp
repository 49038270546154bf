#include "admin/pop_commands.hpp"

#include "admin/grammar.hpp"
#include "base/text.hpp"

namespace sallyport::admin {
namespace {

using authz::Network;
using authz::ObjectName;
using authz::PolicyDocument;
using authz::Pop;
using authz::Requirement;
using Words = std::span<const std::string>;

constexpr std::string_view kModifyUsage =
    "pop modify <pop> set {description <text>|warning {yes|no}|qop {none|integrity|privacy}|ipauth {add <network> <mask> "
    "{<level>|forbidden}|remove <network> <mask>|anyothernw {<level>|forbidden}}}";

std::string render(const Pop& pop) {
  std::string out = labelled(4, "Protected object policy", pop.name.text());
  out += labelled(4, "Description", pop.description);
  out += labelled(4, "Warning", pop.warning ? "yes" : "no");
  out += labelled(4, "Quality of protection", name_of(pop.protection));
  out += "    IP Endpoint Authentication Method Policy\n";
  for (const auto& entry : pop.networks) {
    out += "        Network " + entry.network.address() + " Netmask " + entry.network.mask() + " " +
           entry.requirement.to_string() + "\n";
  }
  out += "        Any Other Network " + pop.any_other_network.to_string() + "\n";
  return out;
}

CommandOutput create(Words words, PolicyDocument& document) {
  return outcome(document.create_pop(words[2]));
}

CommandOutput remove(Words words, PolicyDocument& document) {
  return outcome(document.delete_pop(words[2]));
}

CommandOutput list(Words, PolicyDocument& document) {
  std::string out;
  for (const auto& pop : document.pops()) out += pop.name.to_string() + "\n";
  return printed(std::move(out));
}

CommandOutput show(Words words, PolicyDocument& document) {
  const auto pop = document.find_pop(words[2]);
  return pop ? printed(render(*pop)) : failed(pop.error());
}

CommandOutput find(Words words, PolicyDocument& document) {
  const auto objects = document.pop_attached_to(words[2]);
  if (!objects) return failed(objects.error());
  std::string out;
  for (const auto& object : *objects) out += object.text() + "\n";
  return printed(std::move(out));
}

CommandOutput attach(Words words, PolicyDocument& document) {
  const auto object = ObjectName::parse(words[2]);
  return object ? outcome(document.attach_pop(*object, words[3])) : failed(object.error());
}

CommandOutput detach(Words words, PolicyDocument& document) {
  const auto object = ObjectName::parse(words[2]);
  return object ? outcome(document.detach_pop(*object)) : failed(object.error());
}

// `rest`: what follows "ipauth".
CommandOutput modify_networks(const std::string& pop, Words rest, PolicyDocument& document) {
  static constexpr std::string_view kActions[] = {"add", "remove", "anyothernw"};
  static constexpr std::size_t kWords[] = {4, 3, 2};
  const auto action = rest.empty() ? std::nullopt : match_keyword(rest[0], kActions);
  if (!action || rest.size() != kWords[*action]) return misused(kModifyUsage);
  Result<Requirement> requirement;
  if (*action != 1) {
    requirement = Requirement::parse(rest.back());
    if (!requirement) return failed(requirement.error());
  }
  if (*action == 2) return outcome(document.set_pop_any_other_network(pop, *requirement));
  const auto network = Network::parse(rest[1], rest[2]);
  if (!network) return failed(network.error());
  return outcome(*action == 0 ? document.set_pop_network(pop, *network, *requirement)
                              : document.remove_pop_network(pop, *network));
}

CommandOutput modify(Words words, PolicyDocument& document) {
  static constexpr std::string_view kProperties[] = {"description", "warning", "qop", "ipauth"};
  const std::string& pop = words[2];
  const auto property = match_keyword(words[4], kProperties);
  if (words[3] != "set" || !property) return misused(kModifyUsage);
  const Words rest = words.subspan(5);
  if (*property == 3) return modify_networks(pop, rest, document);
  if (rest.size() != 1) return misused(kModifyUsage);
  const std::string& value = rest[0];
  if (*property == 0) return outcome(document.set_pop_description(pop, value));
  if (*property == 1) {
    if (value != "yes" && value != "no") {
      return failed(Error(Errc::malformed, "'" + log_escaped(value, 64) + "' is neither yes nor no"));
    }
    return outcome(document.set_pop_warning(pop, value == "yes"));
  }
  const auto protection = authz::protection_from(value);
  if (!protection) {
    return failed(Error(Errc::malformed,
                        "'" + log_escaped(value, 64) + "' is no quality of protection: none, integrity or privacy"));
  }
  return outcome(document.set_pop_protection(pop, *protection));
}

struct Command {
  std::size_t min_words;  // with "pop" and the command's own
  std::size_t max_words;
  std::string_view usage;
  CommandOutput (*run)(Words, PolicyDocument&);
};

constexpr std::string_view kNames[] = {"create", "delete", "list", "show", "find", "attach", "detach", "modify"};
constexpr Command kCommands[] = {
    {3, 3, "pop create <pop>", create},
    {3, 3, "pop delete <pop>", remove},
    {2, 2, "pop list", list},
    {3, 3, "pop show <pop>", show},
    {3, 3, "pop find <pop>", find},
    {4, 4, "pop attach <object> <pop>", attach},
    {3, 3, "pop detach <object>", detach},
    {6, 9, kModifyUsage, modify},
};

}  // namespace

CommandOutput run_pop_command(Words words, PolicyDocument& document) {
  const auto index = words.size() < 2 ? std::nullopt : match_keyword(words[1], kNames);
  if (!index) return misused("pop create|delete|list|show|find|attach|detach|modify ...");
  const Command& command = kCommands[*index];
  if (words.size() < command.min_words || words.size() > command.max_words) return misused(command.usage);
  return command.run(words, document);
}

}  // namespace sallyport::admin
