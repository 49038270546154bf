#pragma once

#include <cstdint>
#include <string_view>

#include "async/soon.hpp"
#include "wire/input.hpp"

namespace sallyport::wire {

// One side of a tunnel: bytes from it and to it, each direction with an end of its own. Loop-local.
class TunnelEnd {
 public:
  virtual ~TunnelEnd() = default;
  // The next bytes, which hold until the next call; empty when the peer says nothing more.
  virtual async::Soon<Result<std::string_view>> receive(async::Deadline deadline) = 0;
  // Hands the bytes on, at once; waits while the peer takes none.
  virtual async::Soon<Result<>> send(std::string_view bytes, async::Deadline deadline) = 0;
  // Tells the peer that nothing more comes.
  virtual async::Soon<Result<>> end_sending(async::Deadline deadline) = 0;
};

// The whole of a connection as a side of a tunnel; what the input has read already comes first.
class ConnectionEnd final : public TunnelEnd {
 public:
  // Both must outlive it.
  ConnectionEnd(Input& input, net::Stream& stream) : input_(input), stream_(stream) {}

  async::Soon<Result<std::string_view>> receive(async::Deadline deadline) override;
  async::Soon<Result<>> send(std::string_view bytes, async::Deadline deadline) override;
  async::Soon<Result<>> end_sending(async::Deadline deadline) override;

 private:
  Input& input_;
  net::Stream& stream_;
  std::size_t given_ = 0;  // of the input
};

struct TunnelCount {
  std::uint64_t from_client = 0;  // bytes
  std::uint64_t to_client = 0;
};

// Passes bytes both ways until both sides have finished, one has failed, or nothing has moved for `idle` (half a minute
// if one side has finished). Neither side can be used for HTTP afterwards.
async::Task<TunnelCount> run_tunnel(TunnelEnd& client, TunnelEnd& upstream, Duration idle);

}  // namespace sallyport::wire
