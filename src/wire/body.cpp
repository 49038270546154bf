#include "wire/body.hpp"

namespace sallyport::wire {

using Kind = http::Framing::Kind;

MessageBody::MessageBody(Input& input, const http::Framing& framing, Side sender, const http::ChunkedLimits& limits)
    : input_(input), framing_(framing), sender_(sender), chunked_(limits), done_(!framing.has_body()) {}

// A piece of payload from what the input holds; empty if there is none or the end has come.
Result<std::string_view> MessageBody::take() {
  std::string_view bytes = input_.bytes();
  if (framing_.kind == Kind::chunked) {
    while (!bytes.empty() && !chunked_.done()) {
      const auto step = chunked_.step(bytes);
      if (!step) return fail(step.error().to_error(sender_));
      if (!step->data.empty()) {
        given_ = step->consumed;
        return step->data;
      }
      input_.consume(step->consumed);
      bytes = input_.bytes();
    }
    done_ = chunked_.done();
    return std::string_view();
  }
  if (framing_.kind == Kind::length) bytes = bytes.substr(0, framing_.length - received_);
  given_ = bytes.size();
  return bytes;
}

// Lets go of the last piece and takes the next one, if it is there already.
void MessageBody::look_ahead() {
  if (ahead_) return;
  input_.consume(given_);
  given_ = 0;
  done_ = all_arrived();
  if (done_) {
    ahead_ = std::string_view();
  } else {
    ahead_ = take();
  }
}

// Nothing if it has to be waited for.
std::optional<Result<std::string_view>> MessageBody::next_at_once() {
  look_ahead();
  const Result<std::string_view> piece = *std::exchange(ahead_, std::nullopt);
  if (!piece) return piece;
  if (piece->empty() && !done_) return std::nullopt;
  received_ += piece->size();
  return piece;
}

async::Soon<Result<std::string_view>> MessageBody::next(async::Deadline deadline) {
  std::optional<Result<std::string_view>> piece = next_at_once();
  if (piece) return std::move(*piece);
  return wait_for_next(deadline);
}

async::Task<Result<std::string_view>> MessageBody::wait_for_next(async::Deadline deadline) {
  for (;;) {
    const Result<std::size_t> filled = co_await input_.fill(deadline);
    if (!filled) {
      Error error = filled.error();
      error.side = sender_;
      co_return fail(std::move(error));
    }
    if (*filled == 0 && framing_.kind == Kind::until_close) {
      done_ = true;
      co_return std::string_view();
    }
    if (*filled == 0) co_return fail(Errc::closed, "the connection ended in the middle of a body", sender_);
    const std::optional<Result<std::string_view>> piece = next_at_once();
    if (piece) co_return *piece;
  }
}

// Framing alone (the CRLF behind a chunk, above all) is nothing to wait for.
bool MessageBody::would_wait() {
  look_ahead();
  return ahead_->has_value() && (*ahead_)->empty() && !done_;
}

}  // namespace sallyport::wire
