#include "http/h2_core.hpp"

#include <new>

#include "base/text.hpp"

namespace sallyport::http {

// What nghttp2 calls. No exception may pass through it: what throws here ends the process.
struct H2Core::Callbacks {
  static H2Core& self(void* user) { return *static_cast<H2Core*>(user); }

  static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user) noexcept {
    H2Core& core = self(user);
    const bool ends = header->type == NGHTTP2_DATA && (header->flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (header->type == NGHTTP2_HEADERS || header->type == NGHTTP2_CONTINUATION || ends) return 0;
    core.frame_is_empty_ = header->type == NGHTTP2_DATA;  // as long as no data came: padding is none
    if (core.idle_frames_.spend(core.now_)) return 0;
    core.fail_with(Errc::too_large, "too many frames that carry nothing");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    self(user).head_bytes_ = 0;
    return self(user).begin_fields(*frame) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                       std::uint8_t, void* user) noexcept {
    H2Core& core = self(user);
    core.head_bytes_ += text_of(name).size() + text_of(value).size() + kFieldOverhead;
    if (core.head_bytes_ > kMostOverLimit * core.limits_.head.max_head) {
      core.fail_with(Errc::too_large, "a head without end");
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    core.take_field(*frame, text_of(name), text_of(value));
    return 0;
  }

  static int on_invalid_header(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf*,
                               std::uint8_t, void* user) noexcept {
    self(user).malformed(frame->hd.stream_id, "a field that cannot be: " + log_escaped(text_of(name), 64));
    return 0;
  }

  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) noexcept {
    self(user).malformed(frame->hd.stream_id, nghttp2_strerror(error));
    return 0;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    self(user).take_frame(*frame);
    return 0;
  }

  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* user) noexcept {
    H2Core& core = self(user);
    core.idle_frames_.earn(static_cast<double>(size) / kBytesPerFrame + (core.frame_is_empty_ ? 1 : 0));
    core.frame_is_empty_ = false;
    core.take_data(id, text_of(data, size));
    return 0;
  }

  static int on_extension(nghttp2_session*, void**, const nghttp2_frame_hd*, void*) noexcept {
    return NGHTTP2_ERR_CANCEL;
  }

  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) noexcept {
    self(user).closed(id, static_cast<H2Error>(error));
    return 0;
  }

  static ssize_t on_send(nghttp2_session*, const std::uint8_t* data, std::size_t size, int, void* user) noexcept {
    H2Core& core = self(user);
    if (core.out_->size() >= core.enough_) return NGHTTP2_ERR_WOULDBLOCK;
    core.out_->append(text_of(data, size));
    return static_cast<ssize_t>(size);
  }

  static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    self(user).frame_sent(*frame);
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
    H2Core& core = self(user);
    if (core.out_->size() >= core.enough_) return NGHTTP2_ERR_WOULDBLOCK;
    Stream* const stream = core.find(frame->hd.stream_id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    stream->outgoing.take(header, size, *core.out_);
    core.unsent_ -= size;
    core.idle_frames_.earn(stream->outgoing.worth_of(size));
    core.events_.on_sent(frame->hd.stream_id);
    return 0;
  }
};

H2Core::H2Core(End end, const H2Limits& limits, std::vector<nghttp2_settings_entry> settings, Events& events)
    : limits_(limits),
      idle_frames_(limits.idle_frame_burst, limits.idle_frames_per_second),
      events_(events),
      peer_(end == End::server ? Side::client : Side::upstream) {
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
  int made = 0;
  if (end == End::server) {
    made = nghttp2_session_server_new3(&session_, raw, this, options.get(), memory_.functions());
  } else {
    // What is wrong with a field or a frame of an answer nghttp2 would leave out, or tell the server only.
    nghttp2_session_callbacks_set_on_invalid_header_callback2(raw, Callbacks::on_invalid_header);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(raw, Callbacks::on_invalid_frame);
    made = nghttp2_session_client_new3(&session_, raw, this, options.get(), memory_.functions());
  }
  if (made != 0) throw std::bad_alloc();
  settings.push_back({NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window});
  settings.push_back({NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.head.max_head)});
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(limits.connection_window));
}

H2Core::~H2Core() { nghttp2_session_del(session_); }

std::unique_ptr<H2Core::Stream> H2Core::take_out(StreamId id) {
  std::unique_ptr<Stream> stream = streams_.take_out(id);
  if (stream) unsent_ -= stream->outgoing.unsent();
  return stream;
}

void H2Core::add_trailer(Stream& stream, std::string_view name, std::string_view value) {
  if (!stream.trailers) stream.trailers = std::make_unique<H2TrailerMaker>();
  stream.trailers->add(name, value);
}

void H2Core::end_of_body(StreamId id, Stream& stream) {
  if (!stream.trailers) return events_.on_body_end(id, Headers());
  auto trailers = stream.trailers->finish();
  if (!trailers) return malformed(id, trailers.error().detail);
  events_.on_body_end(id, std::move(*trailers));
}

void H2Core::reset_stream(StreamId id, H2Error error) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(error));
}

void H2Core::say_last() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

void H2Core::fail_with(Errc code, std::string why) {
  if (!verdict_) return;
  verdict_ = fail(code, std::move(why), peer_);
  nghttp2_session_terminate_session(session_,
                                    code == Errc::too_large ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
}

nghttp2_data_provider H2Core::body_provider() {
  nghttp2_data_provider provider{};
  provider.read_callback = Callbacks::on_wants_data;
  return provider;
}

Result<> H2Core::receive(std::string_view bytes, TimePoint now) {
  now_ = now;
  if (!verdict_) return verdict_;
  const ssize_t taken = nghttp2_session_mem_recv(session_, bytes_of(bytes), bytes.size());
  if (taken < 0) {
    fail_with(taken == NGHTTP2_ERR_FLOODED ? Errc::too_large : Errc::malformed,
              nghttp2_strerror(static_cast<int>(taken)));
  }
  return verdict_;
}

Result<> H2Core::output(std::string& out, std::size_t enough) {
  out_ = &out;
  enough_ = enough;
  const int sent = nghttp2_session_send(session_);
  out_ = nullptr;
  if (sent != 0) fail_with(Errc::internal, nghttp2_strerror(sent));
  return verdict_;
}

bool H2Core::has_output() const { return nghttp2_session_want_write(session_) != 0; }

bool H2Core::is_over() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

void H2Core::rest() {
  if (!streams_.empty() || has_output()) return;
  streams_.rest();
  memory_.rest();
}

void H2Core::send(StreamId id, std::string_view piece) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->outgoing.ended()) return;
  stream->outgoing.add(piece);
  unsent_ += piece.size();
  nghttp2_session_resume_data(session_, id);
}

void H2Core::add_trailers(StreamId id, const Headers& trailers) {
  Stream* const stream = find(id);
  if (stream != nullptr) stream->outgoing.add_trailers(trailers);
}

void H2Core::end_body(StreamId id) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->outgoing.ended()) return;
  stream->outgoing.end();
  nghttp2_session_resume_data(session_, id);
}

std::size_t H2Core::unsent(StreamId id) const {
  const Stream* const stream = find(id);
  return stream == nullptr ? 0 : stream->outgoing.unsent();
}

}  // namespace sallyport::http
