#include "wire/h2_connection.hpp"

#include <algorithm>

namespace sallyport::wire {
namespace {

// What may wait for the client's window, or for its turn: of one answer, and of all of them. When others have used that
// up, each has a little of its own: answers that nobody takes hold up none that somebody does.
constexpr std::size_t kMostUnsent = 64 * 1024;
constexpr std::size_t kMostUnsentOfAll = 512 * 1024;
constexpr std::size_t kLeastUnsent = 4 * 1024;
// How long, and how much, is still taken in after the last that we say, so that it arrives: a socket that is closed with
// unread bytes resets instead.
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kMostLingering = 256 * 1024;
// How long requests are waited for that the client has sent before it heard that it should not.
constexpr auto kDrainTime = std::chrono::seconds(1);
// How often a connection with requests under way looks whether it is idle.
constexpr auto kLookAgain = std::chrono::seconds(1);
// How soon one that is idle gives its memory back: not between a client's requests that follow each other.
constexpr auto kRestAfter = std::chrono::milliseconds(100);

Error gone() { return Error(Errc::closed, "the client broke the stream off", Side::client); }

}  // namespace

H2ServerStream::H2ServerStream(H2Connection& connection, http::StreamId id, http::RequestHead head,
                               const http::Framing& framing)
    : connection_(connection),
      id_(id),
      head_(std::move(head)),
      framing_(framing),
      is_tunnel_(head_.asks_for_tunnel),
      ended_(framing.kind == http::Framing::Kind::none && !is_tunnel_) {}

H2ServerStream::H2ServerStream(H2Connection& connection, http::StreamId id, int status, std::string why)
    : connection_(connection), id_(id), refused_(status), why_refused_(std::move(why)), ended_(true) {}

void H2ServerStream::take_body(std::string_view piece) {
  arrived_ += piece;
  received_ += piece.size();
  body_signal_.wake_all();
}

void H2ServerStream::close(bool broken) {
  closed_ = true;
  broken_ = broken;
  body_signal_.wake_all();
  sent_signal_.wake_all();
  if (broken && gone_listener_ != nullptr) connection_.post(*gone_listener_);
}

bool H2ServerStream::tell_when_gone(async::Ready* listener) {
  gone_listener_ = listener;
  return !broken_;
}

async::Soon<Result<std::string_view>> H2ServerStream::next(async::Deadline deadline) {
  for (;;) {
    // What was given out has been used: the client may send as much again.
    if (!given_.empty()) connection_.consumed(id_, given_.size());
    given_.clear();
    if (!arrived_.empty()) {
      given_.swap(arrived_);
      co_return std::string_view(given_);
    }
    if (ended_) co_return std::string_view();
    if (closed_) co_return fail(gone());
    const async::Outcome outcome = co_await body_signal_.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "request body", Side::client));
  }
}

async::Task<Result<>> H2ServerStream::send_interim(http::ResponseHead head, async::Deadline) {
  const Result<> written = connection_.session_.respond_interim(id_, head);
  connection_.wake_writer();
  co_return written;
}

Result<> H2ServerStream::begin_response(const http::ResponseHead& head, const http::Framing& framing) {
  has_body_ = framing.has_body();
  const Result<> written = connection_.session_.respond(id_, head, has_body_);
  connection_.wake_writer();
  return written;
}

async::Task<Result<>> H2ServerStream::wait_sent(std::size_t at_most, async::Deadline deadline) {
  while (!closed_ && connection_.session_.unsent(id_) > at_most) {
    const async::Outcome outcome = co_await sent_signal_.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "answer", Side::client));
  }
  if (broken_) co_return fail(gone());
  co_return Result<>();
}

// How much more may wait.
std::size_t H2ServerStream::room() const {
  const std::size_t own = connection_.session_.unsent(id_);
  const std::size_t all = connection_.session_.unsent_of_all();
  const std::size_t shared = all < kMostUnsentOfAll && own < kMostUnsent
                                 ? std::min(kMostUnsent - own, kMostUnsentOfAll - all) : 0;
  return std::max(shared, own < kLeastUnsent ? kLeastUnsent - own : 0);
}

// As much of it as there is room for; false if the stream is over.
Result<bool> H2ServerStream::give(std::string_view& piece) {
  if (broken_) return fail(gone());
  if (closed_) return false;
  const std::string_view part = piece.substr(0, room());
  if (part.empty()) return true;
  connection_.session_.send(id_, part);
  connection_.wake_writer();
  piece.remove_prefix(part.size());
  return true;
}

async::Soon<Result<>> H2ServerStream::write(std::string_view piece, async::Deadline deadline) {
  const Result<bool> given = give(piece);
  if (!given) return Result<>(fail(given.error()));
  if (!*given || piece.empty()) return Result<>();
  return write_rest(piece, deadline);
}

async::Task<Result<>> H2ServerStream::write_rest(std::string_view piece, async::Deadline deadline) {
  for (;;) {
    const async::Outcome outcome = co_await sent_signal_.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "answer", Side::client));
    const Result<bool> given = give(piece);
    if (!given) co_return fail(given.error());
    if (!*given || piece.empty()) co_return Result<>();
  }
}

// The writer sends what there is as soon as the tasks that are ready now have run.
async::Soon<Result<>> H2ServerStream::flush(async::Deadline) {
  return broken_ ? Result<>(fail(gone())) : Result<>();
}

async::Soon<Result<>> H2ServerStream::finish(async::Deadline deadline) {
  if (has_body_) connection_.session_.end_body(id_);
  finished_ = true;
  connection_.wake_writer();
  return wait_sent(0, deadline);
}

void H2ServerStream::add_trailers(const http::Headers& trailers) {
  if (has_body_) connection_.session_.add_trailers(id_, trailers);
}

void H2ServerStream::close_connection_after() { connection_.drain(); }

bool H2ServerStream::require_http_1_1() {
  break_off(http::H2Error::http_1_1_required);
  return true;
}

void H2ServerStream::break_off(http::H2Error error) {
  if (closed_) return;
  connection_.session_.reset(id_, error);
  connection_.wake_writer();
  close(true);
}

// Of a tunnel it is what a TCP reset would be (RFC 8441 section 4).
void H2ServerStream::abort() { break_off(is_tunnel_ ? http::H2Error::cancel : http::H2Error::internal_error); }

H2Connection::H2Connection(std::unique_ptr<net::Stream> stream, const http::H2Limits& limits, const Timeouts& timeouts,
                           Handler& handler)
    : H2Link(std::move(stream), session_, timeouts.stall),
      session_(limits, *this),
      max_concurrent_streams_(limits.max_concurrent_streams),
      timeouts_(timeouts),
      handler_(handler) {}

H2Connection::~H2Connection() {
  if (rest_timer_.armed()) loop_->disarm(rest_timer_);
}

void H2Connection::post(async::Ready& ready) { loop_->post(ready); }

void H2Connection::consumed(http::StreamId id, std::size_t bytes) {
  session_.consumed(id, bytes);
  wake_writer();
}

// Served when the session has returned: nothing of ours runs inside nghttp2.
void H2Connection::on_request(http::StreamId id, http::RequestHead head, const http::Framing& framing) {
  take(id, std::make_unique<H2ServerStream>(*this, id, std::move(head), framing));
}

void H2Connection::on_refused(http::StreamId id, int status, std::string why) {
  take(id, std::make_unique<H2ServerStream>(*this, id, status, std::move(why)));
}

void H2Connection::take(http::StreamId id, std::unique_ptr<H2ServerStream> stream) {
  arrived_.push_back(stream.get());
  streams_.insert(id, std::move(stream));
}

void H2Connection::on_body(http::StreamId id, std::string_view piece) {
  H2ServerStream* const stream = find(id);
  if (stream == nullptr || stream->broken_) {
    session_.consumed(id, piece.size());
  } else {
    stream->take_body(piece);
  }
}

void H2Connection::on_body_end(http::StreamId id, http::Headers trailers) {
  H2ServerStream* const stream = find(id);
  if (stream == nullptr) return;
  stream->trailers_ = std::move(trailers);
  stream->ended_ = true;
  stream->body_signal_.wake_all();
}

void H2Connection::on_sent(http::StreamId id) {
  H2ServerStream* const stream = find(id);
  if (stream != nullptr) stream->sent_signal_.wake_all();
}

void H2Connection::on_closed(http::StreamId id, http::H2Error error) {
  H2ServerStream* const stream = find(id);
  if (stream != nullptr && !stream->closed_) stream->close(error != http::H2Error::no_error);
}

async::Task<> H2Connection::serve_one(H2ServerStream& stream) {
  if (stream.refused_ != 0) {
    co_await handler_.refuse(stream, stream.refused_, std::move(stream.why_refused_));
  } else {
    co_await handler_.serve(stream, std::move(stream.head_), stream.framing_);
  }
  // What nobody has read, or will read, gives its window back; who still sends is told to stop (RFC 9113 section 8.1).
  session_.consumed(stream.id_, stream.given_.size() + stream.arrived_.size());
  if (!stream.finished_) stream.abort();
  if (!stream.ended_) session_.stop_after_answer(stream.id_);
  wake_writer();
  streams_.erase(stream.id_);
  last_active_ = loop_->now();
  if (is_idle()) rest_later();
}

void H2Connection::start_arrived(async::TaskGroup& tasks) {
  for (H2ServerStream* const stream : arrived_) {
    // Taken back before anybody looked at it.
    if (stream->broken_) {
      streams_.erase(stream->id_);
      continue;
    }
    // A client that resets its requests does not end their cost at once: those under way are counted, not the streams.
    if (streams_.size() > 2 * max_concurrent_streams_) {
      session_.reset(stream->id_, http::H2Error::refused_stream);
      streams_.erase(stream->id_);
      continue;
    }
    tasks.spawn(serve_one(*stream));
  }
  arrived_.clear();
  if (is_idle()) rest_later();
}

H2Connection::Taken H2Connection::take_in(async::TaskGroup& tasks, std::string& why) {
  const Result<bool> filled = input_.try_fill();
  if (!filled || input_.ended()) return Taken::end;
  if (!*filled) return Taken::nothing;
  const Result<> received = session_.receive(input_.bytes(), loop_->now());
  input_.consume(input_.bytes().size());
  if (!arrived_.empty()) {
    had_request_ = true;
    last_active_ = loop_->now();
    start_arrived(tasks);
  }
  wake_writer();
  if (received) return Taken::some;
  why = received.error().to_string();
  return Taken::end;
}

Duration H2Connection::patience() const { return had_request_ ? timeouts_.idle : timeouts_.head; }

TimePoint H2Connection::next_look() const {
  if (is_idle() && !draining_) return last_active_ + patience();
  return loop_->now() + std::max<Duration>(patience(), kLookAgain);
}

void H2Connection::look_around() {
  if (is_idle() && last_active_ + patience() <= loop_->now()) drain();
}

void H2Connection::rest_later() {
  if (!rest_timer_.armed()) loop_->arm(rest_timer_, last_active_ + kRestAfter);
}

void H2Connection::rest_if_idle() {
  if (!is_idle()) return;
  if (last_active_ + kRestAfter > loop_->now()) return rest_later();
  session_.rest();
  streams_.rest();
  arrived_.shrink_to_fit();
}

// Most of its life it waits for an idle client: what it does with bytes stands in no frame of its.
async::Task<> H2Connection::read(async::TaskGroup& tasks, std::string& why) {
  for (;;) {
    if (is_idle() && last_said_) co_return;
    if (!input_.has_turn()) co_await async::NextTurn();
    const Taken taken = take_in(tasks, why);
    if (taken == Taken::end) co_return;
    if (taken == Taken::some) continue;
    const Result<> ready = co_await input_.wait(async::Deadline::at(next_look()));
    if (ready) continue;
    if (ready.error().code != Errc::timeout) co_return;
    look_around();
  }
}

// Takes in what the client still sends, until it has seen that we are done.
async::Task<> H2Connection::linger() {
  const async::Deadline deadline = loop_->in(kLingerTime);
  stream_->shut_write();
  for (std::size_t discarded = 0; discarded < kMostLingering && !input_.ended();) {
    const Result<std::size_t> filled = co_await input_.fill(deadline);
    if (!filled) co_return;
    discarded += *filled;
    input_.consume(input_.bytes().size());
  }
}

async::Task<std::string> H2Connection::run() {
  const async::Context here = co_await async::CurrentContext();
  last_active_ = here.loop->now();
  std::string why;
  async::TaskGroup reading(here);
  Writing writing(*this, here, reading);
  async::TaskGroup serving(here);
  serving_ = &serving;
  if (draining_) serving.spawn(say_last_in_time());
  rest_later();
  reading.spawn(read(serving, why));
  co_await reading.join(async::Deadline::never());
  // Nobody is there to be answered.
  for (const auto& [id, stream] : streams_) stream->close(true);
  serving.cancel();
  co_await serving.join(async::Deadline::never());
  serving_ = nullptr;
  co_await writing.finish(loop_->in(kLingerTime));
  co_await linger();
  co_return why;
}

void H2Connection::drain() {
  if (draining_) return;
  draining_ = true;
  session_.announce_shut_down();
  if (serving_ != nullptr) serving_->spawn(say_last_in_time());
  wake_writer();
}

async::Task<> H2Connection::say_last_in_time() {
  const async::Deadline soon = loop_->in(kDrainTime);
  const async::Outcome outcome = co_await async::SleepUntil(soon);
  if (outcome != async::Outcome::canceled) say_last();
}

void H2Connection::say_last() {
  if (last_said_ || !draining_) return;
  last_said_ = true;
  session_.shut_down();
  wake_writer();
}

}  // namespace sallyport::wire
