#include "http/h2_session.hpp"

#include "http/h2_head.hpp"

namespace sallyport::http {
namespace {

constexpr std::uint8_t kShutDownPing[8] = {'s', 'h', 'u', 't', 'd', 'o', 'w', 'n'};

}  // namespace

struct H2ServerSession::Stream final : H2Core::Stream {
  explicit Stream(const HeadLimits& limits) : head(limits) {}

  H2RequestMaker head;
  bool delivered = false;
  bool body_ended = false;
  bool is_tunnel = false;
  bool is_ours_to_blame = false;  // we broke it off for a reason that is not the client's
  bool answered = false;          // the end of the answer is out
  bool stop_after_answer = false;
};

H2ServerSession::H2ServerSession(const H2Limits& limits, Events& events)
    : H2Core(End::server, limits,
             {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.max_concurrent_streams},
              {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
              {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}},
             events),
      events_(events),
      resets_(limits.reset_burst, limits.resets_per_second) {}

H2ServerSession::Stream* H2ServerSession::find(StreamId id) const { return static_cast<Stream*>(H2Core::find(id)); }

bool H2ServerSession::begin_fields(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
    insert(frame.hd.stream_id, std::make_unique<Stream>(limits_.head));
  }
  return true;
}

void H2ServerSession::take_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  if (frame.hd.type != NGHTTP2_HEADERS) return;
  Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  if (frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
    stream->head.add(name, value);
  } else {
    add_trailer(*stream, name, value);
  }
}

void H2ServerSession::take_frame(const nghttp2_frame& frame) {
  const bool is_echo = frame.hd.type == NGHTTP2_PING && (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0;
  if (is_echo && text_of(frame.ping.opaque_data, sizeof kShutDownPing) == text_of(kShutDownPing, sizeof kShutDownPing)) {
    events_.on_shut_down_heard();
  }
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
  Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  const bool ended = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (!stream->delivered) {
    deliver(frame.hd.stream_id, *stream, ended);
  } else if (stream->is_tunnel && frame.hd.type == NGHTTP2_HEADERS) {
    malformed(frame.hd.stream_id, "a tunnel has no trailers");  // RFC 9113 section 8.5
  } else if (ended && !stream->body_ended) {
    stream->body_ended = true;
    end_of_body(frame.hd.stream_id, *stream);
  }
}

void H2ServerSession::closed(StreamId id, H2Error error) {
  const std::unique_ptr<H2Core::Stream> taken = take_out(id);
  if (!taken) return;
  const auto& stream = static_cast<const Stream&>(*taken);
  // A reset is one under any code, unless the answer was whole.
  if (error == H2Error::no_error && !stream.answered) error = H2Error::cancel;
  if (error == H2Error::no_error) idle_frames_.earn(kFramesPerRequest);
  if (stream.delivered) events_.on_closed(id, error);
  // Whether the client resets or makes us do it is one (Rapid Reset, MadeYouReset).
  if (error != H2Error::no_error && !stream.is_ours_to_blame && !resets_.spend(now_)) {
    fail_with(Errc::too_large, "too many streams that end by an error");
  }
}

void H2ServerSession::frame_sent(const nghttp2_frame& frame) {
  // Only now: nghttp2 sends a PING before what was submitted earlier.
  if (frame.hd.type == NGHTTP2_GOAWAY && frame.goaway.last_stream_id == INT32_MAX) {
    nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, kShutDownPing);
  }
  const bool may_end = frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA;
  if (!may_end || (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
  Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  stream->answered = true;
  if (stream->stop_after_answer) reset(frame.hd.stream_id, H2Error::no_error);
}

// The client knows what it has done, and we need not say it to anybody else.
void H2ServerSession::malformed(StreamId id, std::string) { reset_stream(id, H2Error::protocol_error); }

void H2ServerSession::deliver(StreamId id, Stream& stream, bool ended) {
  auto head = stream.head.finish();
  Parsed<Framing> framing;
  if (head) framing = decide_h2_framing(*head, ended);
  if (!head || !framing) {
    const ParseError& error = head ? framing.error() : head.error();
    if (error.status == 400) {
      malformed(id, error.detail);
      return;
    }
    stream.delivered = true;
    stream.body_ended = ended;
    events_.on_refused(id, error.status, error.detail);
    return;
  }
  stream.delivered = true;
  stream.body_ended = ended;
  stream.is_tunnel = head->asks_for_tunnel;
  events_.on_request(id, std::move(*head), *framing);
}

Result<> H2ServerSession::submit(StreamId id, const ResponseHead& head, bool has_body, bool interim) {
  if (find(id) == nullptr) return {};
  if (head.status < 100 || head.status > 599) return fail(Errc::internal, "head not written: no such status");
  const char status[] = {static_cast<char>('0' + head.status / 100), static_cast<char>('0' + head.status / 10 % 10),
                         static_cast<char>('0' + head.status % 10)};
  H2FieldBlock block(1, head.headers);
  block.add_pseudo(":status", std::string_view(status, sizeof status));
  const Result<> written = block.add(head.headers);
  if (!written) return written;
  const nghttp2_data_provider provider = body_provider();
  const int submitted =
      interim ? nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, block.data(), block.size(), nullptr)
              : nghttp2_submit_response(session_, id, block.data(), block.size(), has_body ? &provider : nullptr);
  if (submitted < 0) return fail(Errc::internal, nghttp2_strerror(submitted));
  return {};
}

Result<> H2ServerSession::respond(StreamId stream, const ResponseHead& head, bool has_body) {
  return submit(stream, head, has_body, false);
}

Result<> H2ServerSession::respond_interim(StreamId stream, const ResponseHead& head) {
  return submit(stream, head, false, true);
}

void H2ServerSession::stop_after_answer(StreamId id) {
  Stream* const stream = find(id);
  if (stream == nullptr) return;
  stream->stop_after_answer = true;
  if (stream->answered) reset(id, H2Error::no_error);
}

void H2ServerSession::reset(StreamId id, H2Error error) {
  Stream* const stream = find(id);
  if (stream == nullptr) return;
  stream->is_ours_to_blame = true;
  reset_stream(id, error);
}

void H2ServerSession::consumed(StreamId id, std::size_t bytes) {
  nghttp2_session_consume(session_, id, bytes);
}

void H2ServerSession::announce_shut_down() {
  nghttp2_submit_shutdown_notice(session_);
}

}  // namespace sallyport::http
