#pragma once

#include <nghttp2/nghttp2.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "http/h2_session.hpp"

// A client made of nghttp2, and what the server says to it: the other end for tests of H2ServerSession. It sends what it
// is told to, also what no client should.
namespace sallyport::http {

using FieldList = std::vector<std::pair<std::string, std::string>>;

struct SeenResponse {
  FieldList fields;  // of the final head
  std::vector<std::string> interim;
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

class H2Client {
 public:
  explicit H2Client(bool grants_windows = true) {
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
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~H2Client() { nghttp2_session_del(session_); }

  static FieldList get(const std::string& path) {
    return {{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", path}};
  }

  // `body` null: END_STREAM with the head.
  StreamId request(const FieldList& fields, const std::string* body = nullptr) {
    // Not copied by nghttp2, which would write the names in lower case.
    asked_.push_back(fields);
    std::vector<nghttp2_nv> list;
    for (const auto& [name, value] : asked_.back()) {
      list.push_back(nghttp2_nv{bytes(name), bytes(value), name.size(), value.size(),
                                NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE});
    }
    nghttp2_data_provider provider{};
    provider.read_callback = on_read;
    const StreamId id =
        nghttp2_submit_request(session_, nullptr, list.data(), list.size(), body ? &provider : nullptr, nullptr);
    if (body != nullptr) bodies_[id] = *body;
    return id;
  }

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
  std::map<StreamId, SeenResponse> seen;
  std::vector<std::uint32_t> goaways;
  StreamId last_stream_of_goaway = -1;

 private:
  static std::uint8_t* bytes(const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_length,
                       const std::uint8_t* value, std::size_t value_length, std::uint8_t, void* self) {
    auto& response = static_cast<H2Client*>(self)->seen[frame->hd.stream_id];
    std::string n(reinterpret_cast<const char*>(name), name_length);
    std::string v(reinterpret_cast<const char*>(value), value_length);
    if (n == ":status" && v.front() == '1') {
      response.interim.push_back(v);
    } else {
      response.fields.emplace_back(std::move(n), std::move(v));
    }
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* self) {
    static_cast<H2Client*>(self)->seen[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* self) {
    auto& response = static_cast<H2Client*>(self)->seen[id];
    response.closed = true;
    response.error = error;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    if (frame->hd.type != NGHTTP2_GOAWAY) return 0;
    static_cast<H2Client*>(self)->goaways.push_back(frame->goaway.error_code);
    static_cast<H2Client*>(self)->last_stream_of_goaway = frame->goaway.last_stream_id;
    return 0;
  }
  static ssize_t on_read(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t size, std::uint32_t* flags,
                         nghttp2_data_source*, void* self) {
    std::string& body = static_cast<H2Client*>(self)->bodies_[id];
    const std::size_t n = body.copy(reinterpret_cast<char*>(into), size);
    body.erase(0, n);
    if (body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(n);
  }

  nghttp2_session* session_ = nullptr;
  std::map<StreamId, std::string> bodies_;
  std::deque<FieldList> asked_;
};

// Writes down what a server session says of its client.
struct H2Journal final : H2ServerSession::Events {
  struct Request {
    RequestHead head;
    Framing framing;
    std::string body;
    bool ended = false;
    bool closed = false;
    H2Error error{};
    int refused = 0;
  };
  std::map<StreamId, Request> requests;

  void on_request(StreamId id, RequestHead head, const Framing& framing) override {
    requests[id].head = std::move(head);
    requests[id].framing = framing;
  }
  void on_refused(StreamId id, int status, std::string) override { requests[id].refused = status; }
  void on_body(StreamId id, std::string_view piece) override { requests[id].body += piece; }
  void on_body_end(StreamId id, Headers) override { requests[id].ended = true; }
  void on_sent(StreamId) override {}
  void on_shut_down_heard() override { shut_down_heard = true; }
  bool shut_down_heard = false;
  void on_closed(StreamId id, H2Error error) override {
    requests[id].closed = true;
    requests[id].error = error;
  }
};

}  // namespace sallyport::http
