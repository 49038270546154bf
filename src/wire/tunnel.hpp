#pragma once

#include "wire/input.hpp"

namespace sallyport::wire {

// One side of a tunnel: a stream of bytes, and what has been read of it already. Owns nothing.
struct TunnelEnd {
  Input* input;
  net::Stream* stream;
};

struct TunnelCount {
  std::uint64_t from_client = 0;  // bytes
  std::uint64_t to_client = 0;
};

// Passes bytes both ways until both sides have finished, one has failed, or nothing has moved for `idle`. Bytes that
// the inputs have buffered go first. Neither side can be used for HTTP afterwards.
async::Task<TunnelCount> run_tunnel(TunnelEnd client, TunnelEnd upstream, Duration idle);

}  // namespace sallyport::wire
