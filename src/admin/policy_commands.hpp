#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/command_output.hpp"
#include "authz/policy_document.hpp"

// What the commands for ACLs and for POPs have in common: both have names and are attached to objects.
namespace sallyport::admin {

struct PolicyCommand {
  std::string_view name;
  std::size_t min_words;  // of the whole command: "acl create x" has three
  std::size_t max_words;
  std::string_view usage;
  CommandOutput (*run)(std::span<const std::string> words, authz::PolicyDocument& document);
};

// Runs the one that the second word names, or is the beginning of. `usage`: for a word that is none of them.
CommandOutput run_policy_command(std::span<const PolicyCommand> commands, std::string_view usage,
                                 std::span<const std::string> words, authz::PolicyDocument& document);

// One a line.
CommandOutput printed_objects(const Result<std::vector<authz::ObjectName>>& objects);
template <class Things>
CommandOutput printed_names(const Things& things) {
  std::string out;
  for (const auto& thing : things) out += thing.name.to_string() + "\n";
  return printed(std::move(out));
}

// What `change` makes of the object that a word names.
template <class Change>
CommandOutput change_object(std::string_view word, const Change& change) {
  const auto object = authz::ObjectName::parse(word);
  return object ? outcome(change(*object)) : failed(object.error());
}

}  // namespace sallyport::admin
