#include "admin/pop_commands.hpp"

#include "admin/grammar.hpp"
#include "admin/policy_commands.hpp"
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
  return printed_names(document.pops());
}

CommandOutput show(Words words, PolicyDocument& document) {
  const auto pop = document.find_pop(words[2]);
  return pop ? printed(render(*pop)) : failed(pop.error());
}

CommandOutput find(Words words, PolicyDocument& document) {
  return printed_objects(document.pop_attached_to(words[2]));
}

CommandOutput attach(Words words, PolicyDocument& document) {
  return change_object(words[2], [&](const ObjectName& object) { return document.attach_pop(object, words[3]); });
}

CommandOutput detach(Words words, PolicyDocument& document) {
  return change_object(words[2], [&](const ObjectName& object) { return document.detach_pop(object); });
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

constexpr PolicyCommand kCommands[] = {
    {"create", 3, 3, "pop create <pop>", create},
    {"delete", 3, 3, "pop delete <pop>", remove},
    {"list", 2, 2, "pop list", list},
    {"show", 3, 3, "pop show <pop>", show},
    {"find", 3, 3, "pop find <pop>", find},
    {"attach", 4, 4, "pop attach <object> <pop>", attach},
    {"detach", 3, 3, "pop detach <object>", detach},
    {"modify", 6, 9, kModifyUsage, modify},
};

}  // namespace

CommandOutput run_pop_command(Words words, PolicyDocument& document) {
  return run_policy_command(kCommands, "pop create|delete|list|show|find|attach|detach|modify ...", words, document);
}

}  // namespace sallyport::admin
