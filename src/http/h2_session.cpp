#include "http/h2_session.hpp"

#include <new>

#include "http/h2_library.hpp"

namespace sallyport::http {
namespace {

constexpr std::uint8_t kShutDownPing[8] = {'s', 'h', 'u', 't', 'd', 'o', 'w', 'n'};

}  // namespace

struct H2ServerSession::Stream {
  explicit Stream(const HeadLimits& limits) : head(limits) {}

  H2RequestMaker head;
  H2TrailerMaker trailers;
  bool delivered = false;
  bool body_ended = false;
  bool is_tunnel = false;
  bool is_ours_to_blame = false;  // we broke it off for a reason that is not the client's
  H2OutgoingBody outgoing;
  bool answered = false;          // the end of the answer is out
  bool stop_after_answer = false;
};

// What nghttp2 calls. No exception may pass through it: what throws here ends the process.
struct H2ServerSession::Callbacks {
  static H2ServerSession& self(void* user) { return *static_cast<H2ServerSession*>(user); }

  static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user) noexcept {
    H2ServerSession& session = self(user);
    const bool ends = header->type == NGHTTP2_DATA && (header->flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (header->type == NGHTTP2_HEADERS || header->type == NGHTTP2_CONTINUATION || ends) return 0;
    session.frame_is_empty_ = header->type == NGHTTP2_DATA;  // as long as no data came: padding is none
    if (session.idle_frames_.spend(session.now_)) return 0;
    session.fail_with(Errc::too_large, "too many frames that carry nothing");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    self(user).head_bytes_ = 0;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    H2ServerSession& session = self(user);
    session.streams_.emplace(frame->hd.stream_id, std::make_unique<Stream>(session.limits_.head));
    return 0;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                       std::uint8_t, void* user) noexcept {
    H2ServerSession& session = self(user);
    session.head_bytes_ += text_of(name).size() + text_of(value).size() + kFieldOverhead;
    if (session.head_bytes_ > kMostOverLimit * session.limits_.head.max_head) {
      session.fail_with(Errc::too_large, "a head without end");
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      stream->head.add(text_of(name), text_of(value));
    } else {
      stream->trailers.add(text_of(name), text_of(value));
    }
    return 0;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    H2ServerSession& session = self(user);
    const bool is_echo = frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
    if (is_echo && text_of(frame->ping.opaque_data, sizeof kShutDownPing) == text_of(kShutDownPing, sizeof kShutDownPing)) {
      session.events_.on_shut_down_heard();
    }
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    const bool ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (!stream->delivered) {
      session.deliver(frame->hd.stream_id, *stream, ended);
    } else if (stream->is_tunnel && frame->hd.type == NGHTTP2_HEADERS) {
      // RFC 9113 section 8.5: a tunnel has no trailers.
      nghttp2_submit_rst_stream(session.session_, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_PROTOCOL_ERROR);
    } else if (ended && !stream->body_ended) {
      session.end_of_body(frame->hd.stream_id, *stream);
    }
    return 0;
  }

  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* user) noexcept {
    H2ServerSession& session = self(user);
    session.idle_frames_.earn(static_cast<double>(size) / kBytesPerFrame + (session.frame_is_empty_ ? 1 : 0));
    session.frame_is_empty_ = false;
    session.events_.on_body(id, text_of(data, size));
    return 0;
  }

  static int on_extension(nghttp2_session*, void**, const nghttp2_frame_hd*, void*) noexcept {
    return NGHTTP2_ERR_CANCEL;
  }

  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) noexcept {
    H2ServerSession& session = self(user);
    const auto found = session.streams_.find(id);
    if (found == session.streams_.end()) return 0;
    const std::unique_ptr<Stream> stream = std::move(found->second);
    session.unsent_ -= stream->outgoing.unsent();
    session.streams_.erase(found);
    // A reset is one under any code, unless the answer was whole.
    if (error == NGHTTP2_NO_ERROR && !stream->answered) error = NGHTTP2_CANCEL;
    if (error == NGHTTP2_NO_ERROR) session.idle_frames_.earn(kFramesPerRequest);
    if (stream->delivered) session.events_.on_closed(id, static_cast<H2Error>(error));
    // Whether the client resets or makes us do it is one (Rapid Reset, MadeYouReset).
    if (error != NGHTTP2_NO_ERROR && !stream->is_ours_to_blame && !session.resets_.spend(session.now_)) {
      session.fail_with(Errc::too_large, "too many streams that end by an error");
    }
    return 0;
  }

  static ssize_t on_send(nghttp2_session*, const std::uint8_t* data, std::size_t size, int, void* user) noexcept {
    H2ServerSession& session = self(user);
    if (session.out_->size() >= session.enough_) return NGHTTP2_ERR_WOULDBLOCK;
    session.out_->append(text_of(data, size));
    return static_cast<ssize_t>(size);
  }

  static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    // Only now: nghttp2 sends a PING before what was submitted earlier.
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.last_stream_id == INT32_MAX) {
      nghttp2_submit_ping(self(user).session_, NGHTTP2_FLAG_NONE, kShutDownPing);
    }
    const bool may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!may_end || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    H2ServerSession& session = self(user);
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->answered = true;
    if (stream->stop_after_answer) session.reset(frame->hd.stream_id, H2Error::no_error);
    return 0;
  }

  static ssize_t on_wants_data(nghttp2_session* raw, std::int32_t id, std::uint8_t*, std::size_t size,
                               std::uint32_t* flags, nghttp2_data_source*, void* user) noexcept {
    Stream* const stream = self(user).find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    return stream->outgoing.offer(raw, id, size, flags);
  }

  static int on_send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header, std::size_t size,
                          nghttp2_data_source*, void* user) noexcept {
    H2ServerSession& session = self(user);
    if (session.out_->size() >= session.enough_) return NGHTTP2_ERR_WOULDBLOCK;
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    stream->outgoing.take(header, size, *session.out_);
    session.unsent_ -= size;
    session.idle_frames_.earn(stream->outgoing.worth_of(size));
    session.events_.on_sent(frame->hd.stream_id);
    return 0;
  }
};

H2ServerSession::H2ServerSession(const H2Limits& limits, Events& events)
    : limits_(limits),
      events_(events),
      block_(std::make_unique<H2FieldBlock>()),
      idle_frames_(limits.idle_frame_burst, limits.idle_frames_per_second),
      resets_(limits.reset_burst, limits.resets_per_second) {
  const auto callbacks = make_h2_callbacks();
  nghttp2_session_callbacks* const raw = callbacks.get();
  nghttp2_session_callbacks_set_on_begin_frame_callback(raw, Callbacks::on_begin_frame);
  nghttp2_session_callbacks_set_unpack_extension_callback(raw, Callbacks::on_extension);
  nghttp2_session_callbacks_set_on_begin_headers_callback(raw, Callbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2(raw, Callbacks::on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(raw, Callbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(raw, Callbacks::on_close);
  nghttp2_session_callbacks_set_send_callback(raw, Callbacks::on_send);
  nghttp2_session_callbacks_set_on_frame_send_callback(raw, Callbacks::on_frame_sent);
  nghttp2_session_callbacks_set_send_data_callback(raw, Callbacks::on_send_data);
  const auto options = make_h2_options();
  if (nghttp2_session_server_new2(&session_, raw, this, options.get()) != 0) throw std::bad_alloc();
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.max_concurrent_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.head.max_head)},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(limits.connection_window));
}

H2ServerSession::~H2ServerSession() { nghttp2_session_del(session_); }

H2ServerSession::Stream* H2ServerSession::find(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void H2ServerSession::fail_with(Errc code, std::string why) {
  if (!verdict_) return;
  verdict_ = fail(code, std::move(why), Side::client);
  nghttp2_session_terminate_session(
      session_, code == Errc::too_large ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
}

void H2ServerSession::deliver(StreamId id, Stream& stream, bool ended) {
  auto head = stream.head.finish();
  Parsed<Framing> framing;
  if (head) framing = decide_h2_framing(*head, ended);
  if (!head || !framing) {
    const ParseError& error = head ? framing.error() : head.error();
    if (error.status == 400) {
      nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR);
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

void H2ServerSession::end_of_body(StreamId id, Stream& stream) {
  stream.body_ended = true;
  auto trailers = stream.trailers.finish();
  if (!trailers) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR);
    return;
  }
  events_.on_body_end(id, std::move(*trailers));
}

Result<> H2ServerSession::receive(std::string_view bytes, TimePoint now) {
  now_ = now;
  if (!verdict_) return verdict_;
  const ssize_t taken = nghttp2_session_mem_recv(session_, bytes_of(bytes), bytes.size());
  if (taken < 0) {
    fail_with(taken == NGHTTP2_ERR_FLOODED ? Errc::too_large : Errc::malformed,
              nghttp2_strerror(static_cast<int>(taken)));
  }
  return verdict_;
}

Result<> H2ServerSession::output(std::string& out, std::size_t enough) {
  out_ = &out;
  enough_ = enough;
  const int sent = nghttp2_session_send(session_);
  out_ = nullptr;
  if (sent != 0) fail_with(Errc::internal, nghttp2_strerror(sent));
  return verdict_;
}

bool H2ServerSession::has_output() const { return nghttp2_session_want_write(session_) != 0; }

bool H2ServerSession::is_over() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

Result<> H2ServerSession::submit(StreamId id, const ResponseHead& head, bool has_body, bool interim) {
  if (find(id) == nullptr) return {};
  if (head.status < 100 || head.status > 599) return fail(Errc::internal, "head not written: no such status");
  const char status[] = {static_cast<char>('0' + head.status / 100), static_cast<char>('0' + head.status / 10 % 10),
                         static_cast<char>('0' + head.status % 10)};
  block_->begin(1, head.headers);
  block_->add_pseudo(":status", std::string_view(status, sizeof status));
  const Result<> written = block_->add(head.headers);
  if (!written) return written;
  nghttp2_data_provider provider{};
  provider.read_callback = Callbacks::on_wants_data;
  const int submitted =
      interim ? nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, block_->data(), block_->size(), nullptr)
              : nghttp2_submit_response(session_, id, block_->data(), block_->size(), has_body ? &provider : nullptr);
  if (submitted < 0) return fail(Errc::internal, nghttp2_strerror(submitted));
  return {};
}

Result<> H2ServerSession::respond(StreamId stream, const ResponseHead& head, bool has_body) {
  return submit(stream, head, has_body, false);
}

Result<> H2ServerSession::respond_interim(StreamId stream, const ResponseHead& head) {
  return submit(stream, head, false, true);
}

void H2ServerSession::send(StreamId id, std::string_view piece) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->outgoing.ended()) return;
  stream->outgoing.add(piece);
  unsent_ += piece.size();
  nghttp2_session_resume_data(session_, id);
}

void H2ServerSession::add_trailers(StreamId id, const Headers& trailers) {
  Stream* const stream = find(id);
  if (stream != nullptr) stream->outgoing.add_trailers(trailers);
}

void H2ServerSession::end_body(StreamId id) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->outgoing.ended()) return;
  stream->outgoing.end();
  nghttp2_session_resume_data(session_, id);
}

std::size_t H2ServerSession::unsent(StreamId id) const {
  const Stream* const stream = find(id);
  return stream == nullptr ? 0 : stream->outgoing.unsent();
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
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(error));
}

void H2ServerSession::consumed(StreamId id, std::size_t bytes) {
  nghttp2_session_consume(session_, id, bytes);
}

void H2ServerSession::announce_shut_down() {
  nghttp2_submit_shutdown_notice(session_);
}

void H2ServerSession::shut_down() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

}  // namespace sallyport::http
