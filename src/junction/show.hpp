// What `server task ... show` and `list` print, with pdadmin's labels: scripts read them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "junction/junction.hpp"

namespace sallyport::junction {

enum class RunState : std::uint8_t { unknown, running, not_running };

// What is known of a server at the moment.
struct ServerActivity {
  std::string uuid;
  RunState state = RunState::unknown;
  std::uint64_t current_requests = 0;
  std::uint64_t total_requests = 0;
};

// The lines about one junction. A server without activity is printed as unknown and idle.
std::string render_show(const Junction& junction, std::span<const ServerActivity> activity);

// The names of mount points, or with `virtual_hosts` the labels, one a line, sorted.
std::string render_list(std::span<const Junction> junctions, bool virtual_hosts);

}  // namespace sallyport::junction
