#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/command_output.hpp"

// What the command line and the daemon say to each other over the admin socket: one line of JSON each way.
namespace sallyport::admin {

inline constexpr std::size_t kMostRequest = 1024 * 1024;   // bytes
inline constexpr std::size_t kMostReply = 64 * 1024 * 1024;

// {"words": ["acl", "list"]}
std::string render_request(const std::vector<std::string>& words);
Result<std::vector<std::string>> parse_request(std::string_view line);

// {"exit": 0, "out": "...", "err": "..."}
std::string render_reply(const CommandOutput& output);
Result<CommandOutput> parse_reply(std::string_view line);

}  // namespace sallyport::admin
