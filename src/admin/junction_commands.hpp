#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/command_output.hpp"
#include "junction/junction.hpp"
#include "junction/show.hpp"

namespace sallyport::admin {

// What the commands need to know besides the junctions.
struct JunctionFacts {
  std::string server_name;  // "default-webseald-www.example": the server that `server task` has to name
  std::vector<junction::ServerActivity> activity;
  std::function<std::string()> random_bytes;  // 16 bytes for the UUID of a new server
  std::int64_t now = 0;                       // in seconds since 1970 UTC
};

// `server task <server> create|add|remove|delete|list|show|throttle|offline|online ...`, the same behind `virtualhost`,
// and the short form `junction create ...`, `junction virtualhost create ...`; `server list`. `words` is the whole
// command. Changes the junctions or nothing; what results is a set that JunctionTable::make() takes.
CommandOutput run_junction_command(std::span<const std::string> words, std::vector<junction::Junction>& junctions,
                                   const JunctionFacts& facts);

// Junctions with a server in common: policy on one of them can be bypassed through the other (attack case A15). One
// line for each pair, without line feed.
std::vector<std::string> shared_server_warnings(std::span<const junction::Junction> junctions);

}  // namespace sallyport::admin
