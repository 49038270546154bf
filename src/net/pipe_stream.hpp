#pragma once

#include <memory>
#include <string>
#include <utility>

#include "net/stream.hpp"

namespace sallyport::net {

// Two ends of a connection in memory: what one writes the other reads, at most `capacity` bytes under way in each
// direction. Both ends belong to one loop; each may be destroyed first (the other then reads the end, and fails to
// write with `reset`).
std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> make_pipe(std::size_t capacity = 65536);

}  // namespace sallyport::net
