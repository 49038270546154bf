#include "wire/h2_client_connection.hpp"

#include "wire/h2_client_stream.hpp"

namespace sallyport::wire {
namespace {

// How long the last that we say is waited for.
constexpr auto kLingerTime = std::chrono::seconds(2);

}  // namespace

H2ClientConnection::H2ClientConnection(std::unique_ptr<net::Stream> stream, const http::H2Limits& limits,
                                       std::string scheme, Duration stall, async::EventLoop& loop)
    : H2Link(std::move(stream), session_, stall),
      session_(limits, *this),
      scheme_(std::move(scheme)),
      last_active_(loop.now()) {
  loop_ = &loop;
}

void H2ClientConnection::on_head(http::StreamId id, http::ResponseHead head, bool ended) {
  H2ClientStream* const stream = find(id);
  if (stream != nullptr) stream->take_head(std::move(head), ended);
}

void H2ClientConnection::on_body(http::StreamId id, std::string_view piece) {
  H2ClientStream* const stream = find(id);
  if (stream != nullptr) stream->take_body(piece);
}

void H2ClientConnection::on_body_end(http::StreamId id, http::Headers trailers) {
  H2ClientStream* const stream = find(id);
  if (stream != nullptr) stream->take_end(std::move(trailers));
}

void H2ClientConnection::on_sent(http::StreamId id) {
  H2ClientStream* const stream = find(id);
  if (stream != nullptr) stream->out_signal_.wake_all();
}

void H2ClientConnection::on_closed(http::StreamId id, http::H2Ending ending) {
  // A server that has no room, whatever it said before, gets no more on this connection.
  if (ending.unheard) draining_ = true;
  H2ClientStream* const stream = find(id);
  if (stream == nullptr) return;
  if (ending.by_peer) stream->heard_ = true;
  const Errc code = ending.unheard       ? Errc::unavailable
                    : ending.by_peer     ? Errc::reset
                    : ending.why.empty() ? Errc::closed
                                         : Errc::malformed;
  if (ending.why.empty()) ending.why = "the server ended the stream";
  stream->close(Error(code, std::move(ending.why), Side::upstream), ending.unheard);
}

bool H2ClientConnection::receive() {
  const Result<> received = session_.receive(input_.bytes(), loop_->now());
  input_.consume(input_.bytes().size());
  wake_writer();
  ready_signal_.wake_all();
  if (!received) session_failed(received.error());
  return received.has_value();
}

void H2ClientConnection::write_failed(const Error& error) {
  end_ = Error(error.code, "the server takes nothing", Side::upstream);
}

void H2ClientConnection::session_failed(const Error& error) {
  end_ = Error(Errc::closed, "the server breaks the rules of HTTP/2: " + error.detail, Side::upstream);
}

async::Task<> H2ClientConnection::read() {
  for (;;) {
    // The writer ends this wait, told by who owns the connection; each request has deadlines of its own.
    const Result<std::size_t> filled = co_await input_.fill(async::Deadline::never());
    if (!filled) {
      if (filled.error().code != Errc::canceled)
        end_ = Error(filled.error().code, "the connection broke", Side::upstream);
      co_return;
    }
    if (*filled == 0) co_return;
    if (!receive()) co_return;
  }
}

void H2ClientConnection::end_all() {
  over_ = true;
  const auto streams = std::exchange(streams_, {});
  for (const auto& [id, stream] : streams) stream->close(end_, false);
  ready_signal_.wake_all();
}

async::Task<> H2ClientConnection::run(std::shared_ptr<H2ClientConnection> self) {
  const async::Context here = co_await async::CurrentContext();
  async::TaskGroup reading(here);
  Writing writing(*self, here, reading);
  reading.spawn(self->read());
  co_await reading.join(async::Deadline::never());
  self->end_all();
  co_await writing.finish(here.loop->in(kLingerTime));
  self->stream_->shut_write();
  self->stream_->abort();
}

async::Task<Result<>> H2ClientConnection::wait_ready(async::Deadline deadline) {
  while (!session_.has_settings()) {
    if (over_) co_return fail(end_);
    const async::Outcome outcome = co_await ready_signal_.wait(deadline);
    if (outcome != async::Outcome::ready) {
      co_return fail(async::wait_error(outcome, "waiting for the server's SETTINGS", Side::upstream));
    }
  }
  co_return Result<>();
}

bool H2ClientConnection::has_room() {
  if (is_spent() || stream_count_ >= session_.most_streams()) return false;
  if (stream_count_ > 0) return true;
  // A connection that rests may have been ended since the loop last looked.
  stream_->look_again();
  const Result<bool> filled = input_.try_fill();
  if (!filled || input_.ended()) {
    drain();
    return false;
  }
  if (*filled) receive();
  return !is_spent();
}

void H2ClientConnection::drain() {
  if (draining_) return;
  draining_ = true;
  session_.shut_down();
  wake_writer();
}

}  // namespace sallyport::wire
