// wire: drives the HTTP codecs over a Stream. Bytes come from and go to net::Stream, messages from and to the rooms on
// the right. Every read and write has a deadline; nothing here decides who may do what.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "async/soon.hpp"
#include "async/wait.hpp"
#include "http/chunked.hpp"
#include "http/framing.hpp"
#include "wire/input.hpp"

namespace sallyport::wire {

// Where the body of a message comes from. Pull is back-pressure: nothing is read before somebody asks for it.
class BodySource {
 public:
  virtual ~BodySource() = default;

  // The next piece, never empty before the end; empty at the end and from then on. The view holds until the next call
  // of next() or would_wait().
  virtual async::Soon<Result<std::string_view>> next(async::Deadline deadline) = 0;
  // Has the end been reached?
  virtual bool done() const = 0;
  // Would next() have to wait for the sender? A good moment to hand on what has been written.
  virtual bool would_wait() = 0;
  // How long the body is, as far as that is known beforehand.
  virtual http::Framing framing() const = 0;
  // The fields behind it, once done(); usually none. Nothing that they say has been judged.
  virtual const http::Headers& trailers() const { return http::kNoHeaders; }
};

// A body that is in memory already.
class MemoryBody final : public BodySource {
 public:
  explicit MemoryBody(std::string bytes) : bytes_(std::move(bytes)) {}

  async::Soon<Result<std::string_view>> next(async::Deadline) override {
    return Result<std::string_view>(std::exchange(given_, true) ? std::string_view() : std::string_view(bytes_));
  }
  bool done() const override { return given_ || bytes_.empty(); }
  bool would_wait() override { return false; }
  http::Framing framing() const override {
    return http::Framing{bytes_.empty() ? http::Framing::Kind::none : http::Framing::Kind::length, bytes_.size()};
  }

 private:
  std::string bytes_;
  bool given_ = false;
};

// The body of a message that is arriving on a connection. What it reads beyond the end stays in the input. Errors of
// next(): malformed or too_large (chunk framing), closed (the connection ended too early), those of the stream; after an
// error the connection cannot be used again.
class MessageBody final : public BodySource {
 public:
  MessageBody(Input& input, const http::Framing& framing, Side sender, const http::ChunkedLimits& limits = {});

  async::Soon<Result<std::string_view>> next(async::Deadline deadline) override;
  bool done() const override { return done_; }
  bool would_wait() override;
  http::Framing framing() const override { return framing_; }
  const http::Headers& trailers() const override { return chunked_.trailers(); }
  // Has everything come, so that next() will neither wait nor fail? done() may still be to follow.
  bool all_arrived() const {
    return done_ || (framing_.kind == http::Framing::Kind::length && received_ == framing_.length);
  }
  // Of the payload, so far.
  std::uint64_t received() const { return received_; }

 private:
  Result<std::string_view> take();
  void look_ahead();
  std::optional<Result<std::string_view>> next_at_once();
  async::Task<Result<std::string_view>> wait_for_next(async::Deadline deadline);

  Input& input_;
  http::Framing framing_;
  Side sender_;
  http::ChunkedDecoder chunked_;
  std::size_t given_ = 0;      // of the input, still held by the caller
  std::optional<Result<std::string_view>> ahead_;  // what take() said, if it was asked before next()
  std::uint64_t received_ = 0;
  bool done_;
};

}  // namespace sallyport::wire
