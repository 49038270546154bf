#pragma once

#include <string>
#include <string_view>

#include "async/soon.hpp"
#include "http/framing.hpp"
#include "net/stream.hpp"

namespace sallyport::wire {

// Writes messages to a stream: small pieces are joined with their head into one write, large ones pass without a copy.
class MessageWriter {
 public:
  explicit MessageWriter(net::Stream& stream) : stream_(stream) {}

  // The buffer to render a head into, with room for what will be joined to it; call begin_body() after it.
  std::string& head_buffer(const http::Framing& framing);
  void begin_body(const http::Framing& framing);

  // `piece` is not empty. Errors: internal if the body grows longer than announced; those of the stream.
  async::Soon<Result<>> write(std::string_view piece, async::Deadline deadline);
  // Fields that finish() sends behind the body; dropped unless the body is chunked. Those that cannot be written are left
  // out.
  void add_trailers(const http::Headers& trailers);
  // Ends the body and hands everything to the kernel. Errors: internal if the body is shorter than announced.
  async::Soon<Result<>> finish(async::Deadline deadline);
  // Hands what is there to the kernel without ending the body.
  async::Soon<Result<>> flush(async::Deadline deadline);

  bool finished() const { return finished_; }
  // Of the payload, so far.
  std::uint64_t sent() const { return sent_; }

 private:
  Result<bool> try_give(bool is_end);
  Result<bool> try_flush();
  async::Task<Result<>> write_apart(std::string_view piece, async::Deadline deadline);
  async::Task<Result<>> wait_flushed(async::Deadline deadline);
  async::Task<Result<>> wait_finished(async::Deadline deadline);
  Result<> ended(Result<> flushed);

  net::Stream& stream_;
  std::string out_;        // from given_ on: the stream has not taken it
  std::size_t given_ = 0;
  http::Framing framing_;
  std::uint64_t sent_ = 0;
  bool finished_ = true;
  std::string trailers_;  // as they are sent
};

}  // namespace sallyport::wire
