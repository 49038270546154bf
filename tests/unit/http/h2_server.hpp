#pragma once

#include "http/h2_client_session.hpp"
#include "unit/http/h2_peer.hpp"

// The other end for tests of H2ClientSession.
namespace sallyport::http {

struct SeenRequest : SeenMessage {
  FieldList trailers;
  bool ended = false;
};

class H2Server final : public H2Peer<SeenRequest> {
 public:
  explicit H2Server(const std::vector<nghttp2_settings_entry>& settings = {}, bool grants_windows = true)
      : H2Peer(nghttp2_session_server_new2, settings, grants_windows) {}

  // A head; `ends`: END_STREAM with it. Also interim ones and trailers.
  void head(StreamId id, const FieldList& fields, bool ends = false) {
    const std::vector<nghttp2_nv> list = list_of(fields);
    nghttp2_submit_headers(session_, ends ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE, id, nullptr, list.data(),
                           list.size(), nullptr);
  }
  // All of it, as far as the client's windows go.
  void data(StreamId id, const std::string& body, bool ends) {
    bodies_[id] = body;
    const nghttp2_data_provider provider = body_provider();
    nghttp2_submit_data(session_, ends ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE, id, &provider);
  }
  void answer(StreamId id, const std::string& body = "ok") {
    head(id, {{":status", "200"}});
    data(id, body, true);
  }

 private:
  void take_field(const nghttp2_frame& frame, SeenRequest& request, std::string name, std::string value) override {
    auto& fields = frame.headers.cat == NGHTTP2_HCAT_REQUEST ? request.fields : request.trailers;
    fields.emplace_back(std::move(name), std::move(value));
  }
  void take_frame(const nghttp2_frame& frame) override {
    const bool can_end = frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA;
    if (can_end && (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) seen[frame.hd.stream_id].ended = true;
  }
};

}  // namespace sallyport::http
