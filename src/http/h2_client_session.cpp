#include "http/h2_client_session.hpp"

#include <algorithm>
#include <new>

#include "base/text.hpp"
#include "http/chars.hpp"
#include "http/h2_library.hpp"

namespace sallyport::http {
namespace {

// Interim heads of one answer (attack C9).
constexpr int kMostInterim = 32;

}  // namespace

struct H2ClientSession::Stream {
  std::unique_ptr<H2ResponseMaker> head;  // of the head that is coming in
  bool has_final_head = false;
  bool is_heard = false;  // something of an answer has come
  bool is_reset_by_peer = false;
  int interim = 0;
  H2TrailerMaker trailers;
  H2OutgoingBody outgoing;
};

// What nghttp2 calls. No exception may pass through it: what throws here ends the process.
struct H2ClientSession::Callbacks {
  static H2ClientSession& self(void* user) { return *static_cast<H2ClientSession*>(user); }

  static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user) noexcept {
    H2ClientSession& session = self(user);
    const bool ends = header->type == NGHTTP2_DATA && (header->flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (header->type == NGHTTP2_HEADERS || header->type == NGHTTP2_CONTINUATION || ends) return 0;
    session.frame_is_empty_ = header->type == NGHTTP2_DATA;  // as long as no data came: padding is none
    if (session.idle_frames_.spend(session.now_)) return 0;
    session.fail_with(Errc::too_large, "too many frames that carry nothing");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    H2ClientSession& session = self(user);
    session.head_bytes_ = 0;
    if (frame->hd.type != NGHTTP2_HEADERS) {
      session.fail_with(Errc::malformed, "a push that nobody asked for");
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->is_heard = true;
    if (!stream->has_final_head) stream->head = std::make_unique<H2ResponseMaker>(session.limits_.head);
    return 0;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                       std::uint8_t, void* user) noexcept {
    H2ClientSession& session = self(user);
    session.head_bytes_ += text_of(name).size() + text_of(value).size() + kFieldOverhead;
    if (session.head_bytes_ > kMostOverLimit * session.limits_.head.max_head) {
      session.fail_with(Errc::too_large, "a head without end");
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    if (stream->head) {
      stream->head->add(text_of(name), text_of(value));
    } else {
      stream->trailers.add(text_of(name), text_of(value));
    }
    return 0;
  }

  // nghttp2 would leave such a field out and go on.
  static int on_invalid_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf*,
                               std::uint8_t, void* user) noexcept {
    self(user).refuse_answer(frame->hd.stream_id, "a field that cannot be: " + log_escaped(text_of(name), 64));
    return 0;
  }

  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) noexcept {
    self(user).refuse_answer(frame->hd.stream_id, nghttp2_strerror(error));
    return 0;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    H2ClientSession& session = self(user);
    if (frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) session.has_settings_ = true;
    if (frame->hd.type == NGHTTP2_GOAWAY) session.has_goaway_ = true;
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    if (frame->hd.type == NGHTTP2_RST_STREAM) stream->is_reset_by_peer = true;
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    const bool ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (stream->head) {
      session.head_complete(frame->hd.stream_id, *stream, ended);
    } else if (ended) {
      session.end_of_body(frame->hd.stream_id, *stream);
    }
    return 0;
  }

  static int on_data(nghttp2_session* raw, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* user) noexcept {
    H2ClientSession& session = self(user);
    session.idle_frames_.earn(static_cast<double>(size) / kBytesPerFrame + (session.frame_is_empty_ ? 1 : 0));
    session.frame_is_empty_ = false;
    nghttp2_session_consume_connection(raw, size);
    if (session.find(id) != nullptr) session.events_.on_body(id, text_of(data, size));
    return 0;
  }

  static int on_extension(nghttp2_session*, void**, const nghttp2_frame_hd*, void*) noexcept {
    return NGHTTP2_ERR_CANCEL;
  }

  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) noexcept {
    H2ClientSession& session = self(user);
    const Stream* const stream = session.find(id);
    if (stream == nullptr) return 0;
    H2Ending ending;
    ending.error = static_cast<H2Error>(error);
    ending.by_peer = stream->is_reset_by_peer;
    ending.unheard = ending.error == H2Error::refused_stream && !stream->is_heard;
    if (ending.error == H2Error::no_error) session.idle_frames_.earn(kFramesPerRequest);
    if (ending.by_peer) {
      ending.why = "the server broke the stream off with " + std::string(name_of(ending.error));
    } else if (ending.unheard) {
      ending.why = "the server takes no more requests";
    } else if (ending.error != H2Error::no_error) {
      ending.why = "the answer breaks the rules of HTTP/2: " + std::string(name_of(ending.error));
    }
    session.forget(id, std::move(ending));
    return 0;
  }

  static ssize_t on_send(nghttp2_session*, const std::uint8_t* data, std::size_t size, int, void* user) noexcept {
    H2ClientSession& session = self(user);
    if (session.out_->size() >= session.enough_) return NGHTTP2_ERR_WOULDBLOCK;
    session.out_->append(text_of(data, size));
    return static_cast<ssize_t>(size);
  }

  // What nghttp2 itself finds wrong with the connection it says to the server only.
  static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    if (frame->hd.type != NGHTTP2_GOAWAY || frame->goaway.error_code == NGHTTP2_NO_ERROR) return 0;
    H2ClientSession& session = self(user);
    if (!session.verdict_) return 0;
    std::string why(name_of(static_cast<H2Error>(frame->goaway.error_code)));
    if (frame->goaway.opaque_data_len > 0) {
      why.append(", ").append(text_of(frame->goaway.opaque_data, frame->goaway.opaque_data_len));
    }
    session.verdict_ = fail(Errc::malformed, std::move(why), Side::upstream);
    return 0;
  }

  static ssize_t on_wants_data(nghttp2_session* raw, std::int32_t id, std::uint8_t*, std::size_t size,
                               std::uint32_t* flags, nghttp2_data_source*, void* user) noexcept {
    const Stream* const stream = self(user).find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    return stream->outgoing.offer(raw, id, size, flags);
  }

  static int on_send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header, std::size_t size,
                          nghttp2_data_source*, void* user) noexcept {
    H2ClientSession& session = self(user);
    if (session.out_->size() >= session.enough_) return NGHTTP2_ERR_WOULDBLOCK;
    Stream* const stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    stream->outgoing.take(header, size, *session.out_);
    session.idle_frames_.earn(stream->outgoing.worth_of(size));
    session.events_.on_sent(frame->hd.stream_id);
    return 0;
  }
};

H2ClientSession::H2ClientSession(const H2Limits& limits, Events& events)
    : limits_(limits),
      events_(events),
      block_(std::make_unique<H2FieldBlock>()),
      idle_frames_(limits.idle_frame_burst, limits.idle_frames_per_second) {
  const auto callbacks = make_h2_callbacks();
  nghttp2_session_callbacks* const raw = callbacks.get();
  nghttp2_session_callbacks_set_on_begin_frame_callback(raw, Callbacks::on_begin_frame);
  nghttp2_session_callbacks_set_unpack_extension_callback(raw, Callbacks::on_extension);
  nghttp2_session_callbacks_set_on_begin_headers_callback(raw, Callbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2(raw, Callbacks::on_header);
  nghttp2_session_callbacks_set_on_invalid_header_callback2(raw, Callbacks::on_invalid_header);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(raw, Callbacks::on_invalid_frame);
  nghttp2_session_callbacks_set_on_frame_recv_callback(raw, Callbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(raw, Callbacks::on_close);
  nghttp2_session_callbacks_set_send_callback(raw, Callbacks::on_send);
  nghttp2_session_callbacks_set_on_frame_send_callback(raw, Callbacks::on_frame_sent);
  nghttp2_session_callbacks_set_send_data_callback(raw, Callbacks::on_send_data);
  const auto options = make_h2_options();
  if (nghttp2_session_client_new2(&session_, raw, this, options.get()) != 0) throw std::bad_alloc();
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.head.max_head)}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(limits.connection_window));
}

H2ClientSession::~H2ClientSession() {
  nghttp2_session_del(session_);
}

H2ClientSession::Stream* H2ClientSession::find(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void H2ClientSession::forget(StreamId id, H2Ending ending) {
  if (streams_.erase(id) > 0) events_.on_closed(id, std::move(ending));
}

void H2ClientSession::refuse_answer(StreamId id, std::string why) {
  if (find(id) == nullptr) return;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR);
  forget(id, H2Ending{H2Error::protocol_error, false, false, "the answer breaks the rules of HTTP/2: " + why});
}

void H2ClientSession::fail_with(Errc code, std::string why) {
  if (!verdict_) return;
  verdict_ = fail(code, std::move(why), Side::upstream);
  nghttp2_session_terminate_session(session_,
                                    code == Errc::too_large ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
}

void H2ClientSession::head_complete(StreamId id, Stream& stream, bool ended) {
  auto head = stream.head->finish();
  stream.head.reset();
  if (!head) return refuse_answer(id, head.error().detail);
  if (head->status < 200) {
    if (++stream.interim > kMostInterim) return refuse_answer(id, "too many 1xx responses");
  } else {
    stream.has_final_head = true;
  }
  events_.on_head(id, std::move(*head), ended);
}

void H2ClientSession::end_of_body(StreamId id, Stream& stream) {
  auto trailers = stream.trailers.finish();
  if (!trailers) return refuse_answer(id, trailers.error().detail);
  events_.on_body_end(id, std::move(*trailers));
}

Result<> H2ClientSession::receive(std::string_view bytes, TimePoint now) {
  now_ = now;
  if (!verdict_) return verdict_;
  const ssize_t taken = nghttp2_session_mem_recv(session_, bytes_of(bytes), bytes.size());
  if (taken < 0) {
    fail_with(taken == NGHTTP2_ERR_FLOODED ? Errc::too_large : Errc::malformed,
              nghttp2_strerror(static_cast<int>(taken)));
  }
  return verdict_;
}

Result<> H2ClientSession::output(std::string& out, std::size_t enough) {
  out_ = &out;
  enough_ = enough;
  const int sent = nghttp2_session_send(session_);
  out_ = nullptr;
  if (sent != 0) fail_with(Errc::internal, nghttp2_strerror(sent));
  return verdict_;
}

bool H2ClientSession::has_output() const {
  return nghttp2_session_want_write(session_) != 0;
}

bool H2ClientSession::is_over() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

std::size_t H2ClientSession::most_streams() const {
  const std::uint32_t theirs = nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  return std::min<std::size_t>(theirs, limits_.max_concurrent_streams);
}

bool H2ClientSession::allows_extended_connect() const {
  return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1;
}

bool H2ClientSession::takes_requests() const {
  return verdict_ && !has_goaway_ && !is_shut_down_ && nghttp2_session_check_request_allowed(session_) != 0;
}

Result<StreamId> H2ClientSession::request(const H2RequestLine& line, const Headers& headers, bool has_body) {
  if (!takes_requests()) return fail(Errc::unavailable, "the connection takes no more requests", Side::upstream);
  block_->begin(5, headers);
  const std::pair<std::string_view, std::string_view> pseudo[] = {{":method", line.method},
                                                                  {":protocol", line.protocol},
                                                                  {":scheme", line.scheme},
                                                                  {":authority", line.authority},
                                                                  {":path", line.path}};
  for (const auto& [name, value] : pseudo) {
    if (name == ":protocol" && value.empty()) continue;
    if (value.empty() || !is_field_value(value)) {
      return fail(Errc::internal, "head not written: " + std::string(name) + " cannot be written");
    }
    block_->add_pseudo(name, value);
  }
  if (const Result<> added = block_->add(headers, "host"); !added) return fail(added.error());
  nghttp2_data_provider provider{};
  provider.read_callback = Callbacks::on_wants_data;
  const std::int32_t id = nghttp2_submit_request(session_, nullptr, block_->data(), block_->size(),
                                                 has_body ? &provider : nullptr, nullptr);
  if (id < 0) return fail(Errc::internal, nghttp2_strerror(id));
  streams_.emplace(id, std::make_unique<Stream>());
  return id;
}

void H2ClientSession::send(StreamId id, std::string_view piece) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->outgoing.ended()) return;
  stream->outgoing.add(piece);
  nghttp2_session_resume_data(session_, id);
}

void H2ClientSession::add_trailers(StreamId id, const Headers& trailers) {
  Stream* const stream = find(id);
  if (stream != nullptr) stream->outgoing.add_trailers(trailers);
}

void H2ClientSession::end_body(StreamId id) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->outgoing.ended()) return;
  stream->outgoing.end();
  nghttp2_session_resume_data(session_, id);
}

std::size_t H2ClientSession::unsent(StreamId id) const {
  const Stream* const stream = find(id);
  return stream == nullptr ? 0 : stream->outgoing.unsent();
}

void H2ClientSession::reset(StreamId id, H2Error error) {
  if (streams_.erase(id) == 0) return;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(error));
}

void H2ClientSession::consumed(StreamId id, std::size_t bytes) {
  if (find(id) != nullptr) nghttp2_session_consume_stream(session_, id, bytes);
}

void H2ClientSession::shut_down() {
  if (is_shut_down_) return;
  is_shut_down_ = true;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

}  // namespace sallyport::http
