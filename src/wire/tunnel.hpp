#pragma once

#include <functional>

#include "wire/client_connection.hpp"
#include "wire/server_connection.hpp"

namespace sallyport::wire {

struct TunnelCount {
  std::uint64_t from_client = 0;  // bytes
  std::uint64_t to_client = 0;
};

// Passes bytes both ways until both sides have finished, one has failed, or nothing has moved for `idle`. Bytes that
// the connections have buffered go first. Neither connection can be used for HTTP afterwards.
async::Task<TunnelCount> run_tunnel(ServerConnection& client, ClientConnection& upstream, Duration idle);

}  // namespace sallyport::wire
