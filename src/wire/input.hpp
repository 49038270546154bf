#pragma once

#include <span>

#include "net/block.hpp"
#include "net/stream.hpp"

namespace sallyport::wire {

// A stream's bytes, buffered: what one message does not take is there for the next.
class Input {
 public:
  explicit Input(net::Stream& stream) : stream_(stream) {}

  std::string_view bytes() const { return block_.bytes(); }
  bool empty() const { return block_.empty(); }
  // In front of bytes(), see net::Block.
  std::span<char> headroom() { return block_.headroom(); }
  void consume(std::size_t n) { block_.consume(n); }
  bool ended() const { return ended_; }

  // Reads once, waiting if there is nothing: how many bytes came, 0 at the end of the stream. Call it only while there
  // is room, that is after consume() of everything. A peer that always has something lets others have their turn.
  async::Task<Result<std::size_t>> fill(async::Deadline deadline);
  // The same without waiting: false if nothing is there now.
  Result<bool> try_fill();

  // The two halves of fill() for who would not keep its frame while he waits. May try_fill() be called now? If not, the
  // next turn comes first.
  bool has_turn();
  // Gives buffers back and waits until there is something to read.
  async::Task<Result<>> wait(async::Deadline deadline);

  // Gives buffers back while the connection is idle.
  void rest() {
    block_.rest();
    stream_.release_buffers();
  }

 private:
  net::Stream& stream_;
  net::Block block_;
  bool ended_ = false;
  int fills_without_wait_ = 0;
};

}  // namespace sallyport::wire
