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

async::Task<Result<>> MessageWriter::write_out(async::Deadline deadline) {
  const Result<> written = co_await stream_.write_all(out_, deadline);
  out_.clear();
  co_return written;
}

async::Task<Result<>> MessageWriter::write(std::string_view piece, async::Deadline deadline) {
  if (framing_.kind == Kind::none || (framing_.kind == Kind::length && piece.size() > framing_.length - sent_)) {
    co_return fail(Errc::internal, "a body is longer than announced");
  }
  sent_ += piece.size();
  if (framing_.kind == Kind::chunked) http::append_chunk_header(out_, piece.size());
  if (out_.size() + piece.size() <= kJoin) {
    out_ += piece;
    if (framing_.kind == Kind::chunked) http::append_chunk_end(out_);
    co_return Result<>();
  }
  Result<> written = co_await write_out(deadline);
  if (!written) co_return written;
  written = co_await stream_.write_all(piece, deadline);
  if (framing_.kind == Kind::chunked) http::append_chunk_end(out_);
  co_return written;
}

async::Task<Result<>> MessageWriter::flush(async::Deadline deadline) {
  if (!out_.empty()) {
    const Result<> written = co_await write_out(deadline);
    if (!written) co_return written;
  }
  if (!stream_.has_unsent()) co_return Result<>();
  co_return co_await stream_.flush(deadline);
}

void MessageWriter::add_trailers(const http::Headers& trailers) {
  if (framing_.kind == Kind::chunked) http::append_trailers(trailers, trailers_);
}

async::Task<Result<>> MessageWriter::finish(async::Deadline deadline) {
  if (framing_.kind == Kind::chunked) {
    http::append_last_chunk(out_, trailers_);
    std::string().swap(trailers_);
  }
  if (framing_.kind == Kind::length && sent_ != framing_.length) {
    co_return fail(Errc::internal, "a body is shorter than announced");
  }
  const Result<> flushed = co_await flush(deadline);
  finished_ = flushed.has_value();
  // An idle connection keeps no buffer.
  std::string().swap(out_);
  co_return flushed;
}

}  // namespace sallyport::wire
