#include "admin/policy_commands.hpp"

#include "admin/grammar.hpp"

namespace sallyport::admin {

CommandOutput run_policy_command(std::span<const PolicyCommand> commands, std::string_view usage,
                                 std::span<const std::string> words, authz::PolicyDocument& document) {
  std::vector<std::string_view> names;
  for (const PolicyCommand& command : commands) names.push_back(command.name);
  const auto index = words.size() < 2 ? std::nullopt : match_keyword(words[1], names);
  if (!index) return misused(usage);
  const PolicyCommand& command = commands[*index];
  if (words.size() < command.min_words || words.size() > command.max_words) return misused(command.usage);
  return command.run(words, document);
}

CommandOutput printed_objects(const Result<std::vector<authz::ObjectName>>& objects) {
  if (!objects) return failed(objects.error());
  std::string out;
  for (const auto& object : *objects) out += object.text() + "\n";
  return printed(std::move(out));
}

}  // namespace sallyport::admin
