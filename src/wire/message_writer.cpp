#include "wire/message_writer.hpp"

#include <algorithm>

#include "http/chunked.hpp"

namespace sallyport::wire {

using Kind = http::Framing::Kind;

namespace {
// Up to this much is joined: a TLS record's worth.
constexpr std::size_t kJoin = 15 * 1024;
constexpr std::size_t kUsualHead = 768;
}  // namespace

std::string& MessageWriter::head_buffer(const http::Framing& framing) {
  const std::uint64_t body = framing.kind == Kind::length ? std::min<std::uint64_t>(framing.length, kJoin) : 0;
  out_.reserve(out_.size() + kUsualHead + body);
  return out_;
}

void MessageWriter::begin_body(const http::Framing& framing) {
  framing_ = framing;
  sent_ = 0;
  finished_ = false;
}

// Both as far as they get without waiting, which is nearly always to their end. True if the stream has taken everything.
Result<bool> MessageWriter::try_give(bool is_end) {
  while (given_ < out_.size()) {
    const std::string_view rest = std::string_view(out_).substr(given_);
    const net::Attempt attempt = is_end ? stream_.try_write_out(rest) : stream_.try_write(rest);
    if (attempt.kind == net::Attempt::Kind::would_block) return false;
    if (attempt.kind != net::Attempt::Kind::done) return fail(attempt.error, "writing");
    given_ += attempt.bytes;
  }
  out_.clear();
  given_ = 0;
  return true;
}

// True if the kernel has everything.
Result<bool> MessageWriter::try_flush() {
  const Result<bool> taken = try_give(true);
  if (!taken || !*taken) return taken;
  while (stream_.has_unsent()) {
    const net::Attempt attempt = stream_.try_flush();
    if (attempt.kind == net::Attempt::Kind::would_block) return false;
    if (attempt.kind != net::Attempt::Kind::done) return fail(attempt.error, "writing");
  }
  return true;
}

async::Soon<Result<>> MessageWriter::write(std::string_view piece, async::Deadline deadline) {
  if (framing_.kind == Kind::none || (framing_.kind == Kind::length && piece.size() > framing_.length - sent_)) {
    return Result<>(fail(Errc::internal, "a body is longer than announced"));
  }
  sent_ += piece.size();
  if (framing_.kind == Kind::chunked) http::append_chunk_header(out_, piece.size());
  if (out_.size() + piece.size() > kJoin) return write_apart(piece, deadline);
  out_ += piece;
  if (framing_.kind == Kind::chunked) http::append_chunk_end(out_);
  return Result<>();
}

// Behind what is in the buffer, without a copy.
async::Task<Result<>> MessageWriter::write_apart(std::string_view piece, async::Deadline deadline) {
  for (;;) {
    const Result<bool> taken = try_give(false);
    if (!taken) co_return fail(taken.error());
    if (*taken) break;
    const Result<> ready = co_await stream_.wait_writable(deadline);
    if (!ready) co_return ready;
  }
  const Result<> written = co_await stream_.write_all(piece, deadline);
  if (framing_.kind == Kind::chunked) http::append_chunk_end(out_);
  co_return written;
}

async::Soon<Result<>> MessageWriter::flush(async::Deadline deadline) {
  const Result<bool> flushed = try_flush();
  if (!flushed) return Result<>(fail(flushed.error()));
  if (*flushed) return Result<>();
  return wait_flushed(deadline);
}

async::Task<Result<>> MessageWriter::wait_flushed(async::Deadline deadline) {
  for (;;) {
    const Result<> ready = co_await stream_.wait_writable(deadline);
    if (!ready) co_return ready;
    const Result<bool> flushed = try_flush();
    if (!flushed) co_return fail(flushed.error());
    if (*flushed) co_return Result<>();
  }
}

void MessageWriter::add_trailers(const http::Headers& trailers) {
  if (framing_.kind == Kind::chunked) http::append_trailers(trailers, trailers_);
}

async::Soon<Result<>> MessageWriter::finish(async::Deadline deadline) {
  if (framing_.kind == Kind::chunked) {
    http::append_last_chunk(out_, trailers_);
    std::string().swap(trailers_);
  }
  if (framing_.kind == Kind::length && sent_ != framing_.length) {
    return Result<>(fail(Errc::internal, "a body is shorter than announced"));
  }
  const Result<bool> flushed = try_flush();
  if (!flushed) return ended(fail(flushed.error()));
  if (*flushed) return ended(Result<>());
  return wait_finished(deadline);
}

async::Task<Result<>> MessageWriter::wait_finished(async::Deadline deadline) {
  Result<> flushed = co_await wait_flushed(deadline);
  co_return ended(std::move(flushed));
}

Result<> MessageWriter::ended(Result<> flushed) {
  finished_ = flushed.has_value();
  // An idle connection keeps no buffer.
  std::string().swap(out_);
  return flushed;
}

}  // namespace sallyport::wire
