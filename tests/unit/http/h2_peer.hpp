#pragma once

#include <nghttp2/nghttp2.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "http/h2_error.hpp"

// The other end for tests of our sessions, made of nghttp2. It sends what it is told to, also what nobody should.
namespace sallyport::http {

using FieldList = std::vector<std::pair<std::string, std::string>>;

// What our session says on a stream.
struct SeenMessage {
  FieldList fields;
  std::string body;
  bool closed = false;
  std::uint32_t error = 0;

  std::string field(const std::string& name) const {
    for (const auto& [n, v] : fields) {
      if (n == name) return v;
    }
    return {};
  }
};

// `Seen`: a SeenMessage. Who derives from it says what fields and frames mean.
template <class Seen>
class H2Peer {
 public:
  H2Peer(const H2Peer&) = delete;
  H2Peer& operator=(const H2Peer&) = delete;

  // What it has to say now.
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
  std::map<StreamId, Seen> seen;
  std::vector<std::uint32_t> goaways;
  StreamId last_stream_of_goaway = -1;

 protected:
  // `make_session`: one of nghttp2's functions.
  template <class Make>
  H2Peer(Make make_session, const std::vector<nghttp2_settings_entry>& settings, bool grants_windows) {
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
    make_session(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  }
  ~H2Peer() { nghttp2_session_del(session_); }

  // Valid for as long as the peer. Not copied by nghttp2, which would write the names in lower case.
  std::vector<nghttp2_nv> list_of(const FieldList& fields) {
    said_.push_back(fields);
    std::vector<nghttp2_nv> list;
    for (const auto& [name, value] : said_.back()) {
      list.push_back(nghttp2_nv{bytes(name), bytes(value), name.size(), value.size(),
                                NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE});
    }
    return list;
  }
  // What `bodies_` has for the stream.
  static nghttp2_data_provider body_provider() {
    nghttp2_data_provider provider{};
    provider.read_callback = on_read;
    return provider;
  }

  nghttp2_session* session_ = nullptr;
  std::map<StreamId, std::string> bodies_;

 private:
  virtual void take_field(const nghttp2_frame& frame, Seen& message, std::string name, std::string value) = 0;
  virtual void take_frame(const nghttp2_frame&) {}

  static H2Peer& self(void* user) { return *static_cast<H2Peer*>(user); }
  static std::uint8_t* bytes(const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_length,
                       const std::uint8_t* value, std::size_t value_length, std::uint8_t, void* user) {
    self(user).take_field(*frame, self(user).seen[frame->hd.stream_id],
                          std::string(reinterpret_cast<const char*>(name), name_length),
                          std::string(reinterpret_cast<const char*>(value), value_length));
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* user) {
    self(user).seen[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
    Seen& message = self(user).seen[id];
    message.closed = true;
    message.error = error;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    self(user).take_frame(*frame);
    if (frame->hd.type != NGHTTP2_GOAWAY) return 0;
    self(user).goaways.push_back(frame->goaway.error_code);
    self(user).last_stream_of_goaway = frame->goaway.last_stream_id;
    return 0;
  }
  static ssize_t on_read(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t size, std::uint32_t* flags,
                         nghttp2_data_source*, void* user) {
    std::string& body = self(user).bodies_[id];
    const std::size_t n = body.copy(reinterpret_cast<char*>(into), size);
    body.erase(0, n);
    if (body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(n);
  }

  std::deque<FieldList> said_;
};

}  // namespace sallyport::http
