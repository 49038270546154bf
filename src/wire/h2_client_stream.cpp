#include "wire/h2_client_stream.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/h2_head.hpp"

namespace sallyport::wire {
namespace {

// What may wait for the server's window, or for its turn.
constexpr std::size_t kMostUnsent = 64 * 1024;

}  // namespace

H2ClientStream::H2ClientStream(std::shared_ptr<H2ClientConnection> connection) : connection_(std::move(connection)) {
  ++connection_->stream_count_;
}

H2ClientStream::~H2ClientStream() {
  if (id_ != 0) {
    connection_->session_.reset(id_, http::H2Error::cancel);
    connection_->streams_.erase(id_);
  }
  --connection_->stream_count_;
  connection_->last_active_ = connection_->loop_->now();
  connection_->wake_writer();
}

Result<> H2ClientStream::begin(const http::H2RequestLine& line, const http::Headers& headers, bool has_body) {
  if (connection_->over_) return fail(connection_->end_);
  const Result<http::StreamId> id = connection_->session_.request(line, headers, has_body);
  if (!id) {
    // GOAWAY has come since the stream was lent.
    refused_ = id.error().code == Errc::unavailable;
    return fail(id.error());
  }
  id_ = *id;
  has_body_ = has_body;
  connection_->used_ = true;
  connection_->streams_.insert(id_, this);
  connection_->wake_writer();
  return {};
}

Result<> H2ClientStream::begin_request(std::string_view method, std::string_view target, const http::Headers& headers,
                                       const http::Framing& framing) {
  http::H2RequestLine line;
  line.method = method;
  line.scheme = connection_->scheme_;
  line.authority = headers.find("Host").value_or("");
  line.path = target;
  return begin(line, headers, framing.has_body());
}

Result<> H2ClientStream::begin_upgrade(std::string_view protocol, std::string_view method, std::string_view target,
                                       const http::Headers& headers) {
  if (!equal_ignoring_case(protocol, "websocket") || method != "GET" || !connection_->allows_extended_connect()) {
    return fail(Errc::unsupported, "the server takes no " + std::string(protocol) + " over HTTP/2", Side::upstream);
  }
  http::Headers fields = headers;
  // RFC 8441 section 5: what these say is said by the stream itself.
  fields.remove("Sec-WebSocket-Key");
  fields.remove("Content-Length");
  http::H2RequestLine line;
  line.method = "CONNECT";
  line.protocol = "websocket";
  line.scheme = connection_->scheme_;
  line.authority = headers.find("Host").value_or("");
  line.path = target;
  return begin(line, fields, true);
}

void H2ClientStream::add_trailers(const http::Headers& trailers) {
  if (has_body_) connection_->session_.add_trailers(id_, trailers);
}

async::Task<Result<>> H2ClientStream::wait_sent(std::size_t at_most, async::Deadline deadline) {
  while (!closed_ && connection_->session_.unsent(id_) > at_most) {
    const async::Outcome outcome = co_await out_signal_.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "request", Side::upstream));
  }
  if (closed_ && !ended_) co_return fail(error_);
  co_return Result<>();
}

async::Soon<Result<>> H2ClientStream::write(std::string_view piece, async::Deadline deadline) {
  // The whole answer is here, and the server has said that it wants no more of the request.
  if (closed_) co_return fail(error_);
  connection_->session_.send(id_, piece);
  connection_->wake_writer();
  co_return co_await wait_sent(kMostUnsent, deadline);
}

// The connection's writer sends what there is as soon as the tasks that are ready now have run.
async::Soon<Result<>> H2ClientStream::flush(async::Deadline) {
  if (closed_ && !ended_) co_return fail(error_);
  co_return Result<>();
}

async::Soon<Result<>> H2ClientStream::finish(async::Deadline deadline) {
  if (has_body_) connection_->session_.end_body(id_);
  connection_->wake_writer();
  co_return co_await wait_sent(0, deadline);
}

async::Task<Result<http::ResponseHead>> H2ClientStream::read_head(async::Deadline deadline) {
  while (heads_.empty()) {
    if (closed_) co_return fail(error_);
    const async::Outcome outcome = co_await in_signal_.wait(deadline);
    if (outcome != async::Outcome::ready) {
      co_return fail(async::wait_error(outcome, "waiting for a response", Side::upstream));
    }
  }
  http::ResponseHead head = std::move(heads_.front());
  heads_.pop_front();
  co_return head;
}

Result<BodySource*> H2ClientStream::begin_body(const http::ResponseHead& head, std::string_view method) {
  const auto framing = http::decide_h2_framing(head, method, head_was_all_);
  if (!framing) return fail(Errc::malformed, framing.error().detail, Side::upstream);
  framing_ = *framing;
  return static_cast<BodySource*>(this);
}

void H2ClientStream::let_go_of_given() {
  if (given_.empty()) return;
  connection_->session_.consumed(id_, given_.size());
  connection_->wake_writer();
  given_.clear();
}

async::Soon<Result<std::string_view>> H2ClientStream::next(async::Deadline deadline) {
  for (;;) {
    // What was given out has been used: the server may send as much again.
    let_go_of_given();
    if (!arrived_.empty()) {
      given_.swap(arrived_);
      co_return std::string_view(given_);
    }
    if (ended_) co_return std::string_view();
    if (closed_) co_return fail(error_);
    const async::Outcome outcome = co_await in_signal_.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "answer", Side::upstream));
  }
}

async::Task<> H2ClientStream::wait_closed() {
  while (!closed_) {
    // Who sends the request has deadlines, and aborts.
    const async::Outcome outcome = co_await in_signal_.wait(async::Deadline::never());
    if (outcome != async::Outcome::ready) co_return;
  }
}

void H2ClientStream::abort() {
  if (id_ == 0 || closed_) return;
  connection_->session_.reset(id_, http::H2Error::cancel);
  connection_->wake_writer();
  ended_ = false;
  close(Error(Errc::closed, "broken off", Side::self), false);
}

void H2ClientStream::take_head(http::ResponseHead head, bool ended) {
  heard_ = true;
  head_was_all_ = ended_ = ended;
  heads_.push_back(std::move(head));
  in_signal_.wake_all();
}

void H2ClientStream::take_body(std::string_view piece) {
  arrived_ += piece;
  in_signal_.wake_all();
}

void H2ClientStream::take_end(http::Headers trailers) {
  trailers_ = std::move(trailers);
  ended_ = true;
  in_signal_.wake_all();
}

void H2ClientStream::close(Error error, bool refused) {
  if (closed_) return;
  closed_ = true;
  refused_ = refused;
  error_ = std::move(error);
  in_signal_.wake_all();
  out_signal_.wake_all();
}

}  // namespace sallyport::wire
