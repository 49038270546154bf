#include "http/h2_client_session.hpp"

#include <algorithm>

#include "http/chars.hpp"

namespace sallyport::http {
namespace {

// Interim heads of one answer (attack C9).
constexpr int kMostInterim = 32;

}  // namespace

struct H2ClientSession::Stream final : H2Core::Stream {
  std::unique_ptr<H2ResponseMaker> head;  // of the head that is coming in
  bool has_final_head = false;
  bool is_heard = false;  // something of an answer has come
  bool is_reset_by_peer = false;
  int interim = 0;
};

H2ClientSession::H2ClientSession(const H2Limits& limits, Events& events)
    : H2Core(End::client, limits, {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}}, events), events_(events) {}

H2ClientSession::Stream* H2ClientSession::find(StreamId id) const { return static_cast<Stream*>(H2Core::find(id)); }

bool H2ClientSession::begin_fields(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_HEADERS) {
    fail_with(Errc::malformed, "a push that nobody asked for");
    return false;
  }
  Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return true;
  stream->is_heard = true;
  if (!stream->has_final_head) stream->head = std::make_unique<H2ResponseMaker>(limits_.head);
  return true;
}

void H2ClientSession::take_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  if (stream->head) {
    stream->head->add(name, value);
  } else {
    add_trailer(*stream, name, value);
  }
}

void H2ClientSession::take_frame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_SETTINGS && (frame.hd.flags & NGHTTP2_FLAG_ACK) == 0) has_settings_ = true;
  if (frame.hd.type == NGHTTP2_GOAWAY) has_goaway_ = true;
  Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  if (frame.hd.type == NGHTTP2_RST_STREAM) stream->is_reset_by_peer = true;
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
  const bool ended = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (stream->head) {
    head_complete(frame.hd.stream_id, *stream, ended);
  } else if (ended) {
    end_of_body(frame.hd.stream_id, *stream);
  }
}

void H2ClientSession::take_data(StreamId id, std::string_view piece) {
  nghttp2_session_consume_connection(session_, piece.size());
  if (find(id) != nullptr) events_.on_body(id, piece);
}

void H2ClientSession::closed(StreamId id, H2Error error) {
  const Stream* const stream = find(id);
  if (stream == nullptr) return;
  H2Ending ending;
  ending.error = error;
  ending.by_peer = stream->is_reset_by_peer;
  ending.unheard = error == H2Error::refused_stream && !stream->is_heard;
  if (error == H2Error::no_error) idle_frames_.earn(kFramesPerRequest);
  if (ending.by_peer) {
    ending.why = "the server broke the stream off with " + std::string(name_of(error));
  } else if (ending.unheard) {
    ending.why = "the server takes no more requests";
  } else if (error != H2Error::no_error) {
    ending.why = "the answer breaks the rules of HTTP/2: " + std::string(name_of(error));
  }
  forget(id, std::move(ending));
}

// What nghttp2 itself finds wrong with the connection it says to the server only.
void H2ClientSession::frame_sent(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_GOAWAY || frame.goaway.error_code == NGHTTP2_NO_ERROR || !verdict_) return;
  std::string why(name_of(static_cast<H2Error>(frame.goaway.error_code)));
  if (frame.goaway.opaque_data_len > 0) {
    why.append(", ").append(text_of(frame.goaway.opaque_data, frame.goaway.opaque_data_len));
  }
  verdict_ = fail(Errc::malformed, std::move(why), Side::upstream);
}

void H2ClientSession::forget(StreamId id, H2Ending ending) {
  if (take_out(id)) events_.on_closed(id, std::move(ending));
}

void H2ClientSession::malformed(StreamId id, std::string why) {
  if (find(id) == nullptr) return;
  reset_stream(id, H2Error::protocol_error);
  forget(id, H2Ending{H2Error::protocol_error, false, false, "the answer breaks the rules of HTTP/2: " + why});
}

void H2ClientSession::head_complete(StreamId id, Stream& stream, bool ended) {
  auto head = stream.head->finish();
  stream.head.reset();
  if (!head) return malformed(id, head.error().detail);
  if (head->status < 200) {
    if (++stream.interim > kMostInterim) return malformed(id, "too many 1xx responses");
  } else {
    stream.has_final_head = true;
  }
  events_.on_head(id, std::move(*head), ended);
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
  H2FieldBlock block(5, headers);
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
    block.add_pseudo(name, value);
  }
  if (const Result<> added = block.add(headers, "host"); !added) return fail(added.error());
  const nghttp2_data_provider provider = body_provider();
  const std::int32_t id = nghttp2_submit_request(session_, nullptr, block.data(), block.size(),
                                                 has_body ? &provider : nullptr, nullptr);
  if (id < 0) return fail(Errc::internal, nghttp2_strerror(id));
  insert(id, std::make_unique<Stream>());
  return id;
}

void H2ClientSession::reset(StreamId id, H2Error error) {
  if (take_out(id)) reset_stream(id, error);
}

void H2ClientSession::consumed(StreamId id, std::size_t bytes) {
  if (find(id) != nullptr) nghttp2_session_consume_stream(session_, id, bytes);
}

void H2ClientSession::shut_down() {
  if (is_shut_down_) return;
  is_shut_down_ = true;
  say_last();
}

}  // namespace sallyport::http
