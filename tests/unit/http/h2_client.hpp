#pragma once

#include "http/h2_session.hpp"
#include "unit/http/h2_peer.hpp"

// The other end for tests of H2ServerSession.
namespace sallyport::http {

struct SeenResponse : SeenMessage {  // the fields of the final head
  std::vector<std::string> interim;
};

class H2Client final : public H2Peer<SeenResponse> {
 public:
  explicit H2Client(bool grants_windows = true) : H2Peer(nghttp2_session_client_new2, {}, grants_windows) {}

  static FieldList get(const std::string& path) {
    return {{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", path}};
  }

  // `body` null: END_STREAM with the head.
  StreamId request(const FieldList& fields, const std::string* body = nullptr) {
    const std::vector<nghttp2_nv> list = list_of(fields);
    const nghttp2_data_provider provider = body_provider();
    const StreamId id =
        nghttp2_submit_request(session_, nullptr, list.data(), list.size(), body ? &provider : nullptr, nullptr);
    if (body != nullptr) bodies_[id] = *body;
    return id;
  }

 private:
  void take_field(const nghttp2_frame&, SeenResponse& response, std::string name, std::string value) override {
    if (name == ":status" && value.front() == '1') {
      response.interim.push_back(value);
    } else {
      response.fields.emplace_back(std::move(name), std::move(value));
    }
  }
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
