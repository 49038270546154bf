#include "admin/protocol.hpp"

#include <nlohmann/json.hpp>

namespace sallyport::admin {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostWords = 256;

// Not throwing, and bytes that are no UTF-8 (they can come from an administrator's terminal) do not end the process.
std::string rendered(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string render_request(const std::vector<std::string>& words) {
  Json json;
  json["words"] = words;
  return rendered(json);
}

Result<std::vector<std::string>> parse_request(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  const auto bad = fail(Errc::malformed, "not an admin request");
  if (!json.is_object() || !json.contains("words") || !json["words"].is_array()) return bad;
  std::vector<std::string> words;
  for (const auto& word : json["words"]) {
    if (!word.is_string() || words.size() == kMostWords) return bad;
    words.push_back(word.get<std::string>());
  }
  return words;
}

std::string render_reply(const CommandOutput& output) {
  Json json;
  json["exit"] = output.exit_code;
  json["out"] = output.out;
  json["err"] = output.err;
  return rendered(json);
}

Result<CommandOutput> parse_reply(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("exit") || !json["exit"].is_number_integer() || !json.contains("out") ||
      !json["out"].is_string() || !json.contains("err") || !json["err"].is_string()) {
    return fail(Errc::malformed, "the daemon's answer cannot be read");
  }
  CommandOutput output;
  output.exit_code = json["exit"].get<int>();
  output.out = json["out"].get<std::string>();
  output.err = json["err"].get<std::string>();
  return output;
}

}  // namespace sallyport::admin
