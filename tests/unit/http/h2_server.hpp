#pragma once

#include <nghttp2/nghttp2.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "http/h2_client_session.hpp"
#include "unit/http/h2_client.hpp"

// A server made of nghttp2, and what the client says to it: the other end for tests of H2ClientSession. It sends what
// it is told to, also what no server should.
namespace sallyport::http {

struct SeenRequest {
  FieldList fields;
  FieldList trailers;
  std::string body;
  bool ended = false;
  bool closed = false;
  std::uint32_t error = 0;

  std::string field(const std::string& name) const {
    for (const auto& [n, v] : fields) {
      if (n == name) return v;
    }
    return {};
  }
};

class H2Server {
 public:
  explicit H2Server(const std::vector<nghttp2_settings_entry>& settings = {}, bool grants_windows = true) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_http_messaging(option, 1);
    nghttp2_option_set_no_auto_window_update(option, grants_windows ? 0 : 1);
    nghttp2_session_server_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  }
  ~H2Server() { nghttp2_session_del(session_); }

  // A head; `ends`: END_STREAM with it. Also interim ones and trailers.
  void head(StreamId id, const FieldList& fields, bool ends = false) {
    said_.push_back(fields);
    std::vector<nghttp2_nv> list;
    for (const auto& [name, value] : said_.back()) {
      list.push_back(nghttp2_nv{bytes(name), bytes(value), name.size(), value.size(),
                                NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE});
    }
    nghttp2_submit_headers(session_, ends ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE, id, nullptr, list.data(),
                           list.size(), nullptr);
  }
  // All of it, as far as the client's windows go.
  void data(StreamId id, const std::string& body, bool ends) {
    bodies_[id] = body;
    nghttp2_data_provider provider{};
    provider.read_callback = on_read;
    nghttp2_submit_data(session_, ends ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE, id, &provider);
  }
  void answer(StreamId id, const std::string& body = "ok") {
    head(id, {{":status", "200"}});
    data(id, body, true);
  }

  std::string output() {
    std::string out;
    const std::uint8_t* piece = nullptr;
    for (ssize_t n = 0; (n = nghttp2_session_mem_send(session_, &piece)) > 0;) {
      out.append(reinterpret_cast<const char*>(piece), static_cast<std::size_t>(n));
    }
    return out;
  }
  void receive(const std::string& said) {
    nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(said.data()), said.size());
  }

  nghttp2_session* raw() { return session_; }
  std::map<StreamId, SeenRequest> seen;
  std::vector<std::uint32_t> goaways;

 private:
  static std::uint8_t* bytes(const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_length,
                       const std::uint8_t* value, std::size_t value_length, std::uint8_t, void* self) {
    auto& request = static_cast<H2Server*>(self)->seen[frame->hd.stream_id];
    auto& fields = frame->headers.cat == NGHTTP2_HCAT_REQUEST ? request.fields : request.trailers;
    fields.emplace_back(std::string(reinterpret_cast<const char*>(name), name_length),
                        std::string(reinterpret_cast<const char*>(value), value_length));
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* self) {
    static_cast<H2Server*>(self)->seen[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* self) {
    auto& request = static_cast<H2Server*>(self)->seen[id];
    request.closed = true;
    request.error = error;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    auto& server = *static_cast<H2Server*>(self);
    const bool can_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (can_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) server.seen[frame->hd.stream_id].ended = true;
    if (frame->hd.type == NGHTTP2_GOAWAY) server.goaways.push_back(frame->goaway.error_code);
    return 0;
  }
  static ssize_t on_read(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t size, std::uint32_t* flags,
                         nghttp2_data_source*, void* self) {
    std::string& body = static_cast<H2Server*>(self)->bodies_[id];
    const std::size_t n = body.copy(reinterpret_cast<char*>(into), size);
    body.erase(0, n);
    if (body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(n);
  }

  nghttp2_session* session_ = nullptr;
  std::map<StreamId, std::string> bodies_;
  std::deque<FieldList> said_;
};

}  // namespace sallyport::http
