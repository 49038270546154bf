#pragma once

#include <string>
#include <string_view>

#include "http/h2_core.hpp"

namespace sallyport::http {

// What stands in the first lines of a request.
struct H2RequestLine {
  std::string_view method;
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view protocol;  // of an extended CONNECT (RFC 8441); empty: none
};

// How a stream ended.
struct H2Ending {
  H2Error error = H2Error::no_error;  // after no_error all was said, both ways
  bool by_peer = false;               // the server broke it off
  bool unheard = false;               // the server says that it did nothing with the request (RFC 9113 section 8.7)
  std::string why;                    // for logs
};

// The client's side of an HTTP/2 connection (RFC 9113): requests in, events and bytes out. The counterpart of
// H2ServerSession, for a server that need not be a friend: what an answer may look like is said by H2ResponseMaker,
// nothing that it sends makes us keep more than the windows allow, pushes are errors. The window of the connection is
// given back at once, so that a stream whose body nobody takes holds up no other one. No I/O, no clock. After an error of
// receive() the streams that are left end without an event.
class H2ClientSession final : public H2Core {
 public:
  class Events : public H2Core::Events {
   public:
    // A head of an answer, interim ones (1xx) too. `ended`: nothing follows it.
    virtual void on_head(StreamId stream, ResponseHead head, bool ended) = 0;
    // Nothing more of this stream, either way. Once; not after reset().
    virtual void on_closed(StreamId stream, H2Ending ending) = 0;

   protected:
    ~Events() = default;
  };

  // `limits.max_concurrent_streams`: requests at once, if the server allows as many. `events` must outlive the session.
  H2ClientSession(const H2Limits& limits, Events& events);

  // Has the server said what it can do (SETTINGS)? Before that the next three are guesses.
  bool has_settings() const { return has_settings_; }
  // How many requests there may be at once.
  std::size_t most_streams() const;
  bool allows_extended_connect() const;
  // May another request be begun? Not behind GOAWAY.
  bool takes_requests() const;

  // A request; `has_body`: pieces follow by send() and end_body(). Of `headers` Host and what belongs to a connection
  // of HTTP/1 is left out. Errors: internal (cannot be written), unavailable (takes_requests() is false).
  Result<StreamId> request(const H2RequestLine& line, const Headers& headers, bool has_body);
  // Breaks the stream off, both ways; nothing more is heard of it.
  void reset(StreamId stream, H2Error error);
  // Somebody has taken that much of the body: the server may send as much again.
  void consumed(StreamId stream, std::size_t bytes);

  // There will be no more requests: tells the server (GOAWAY).
  void shut_down();

 private:
  struct Stream;

  bool begin_fields(const nghttp2_frame& frame) override;
  void take_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) override;
  void take_frame(const nghttp2_frame& frame) override;
  void take_data(StreamId id, std::string_view piece) override;
  void frame_sent(const nghttp2_frame& frame) override;
  void closed(StreamId id, H2Error error) override;
  // The answer is none: breaks the stream off and says so.
  void malformed(StreamId id, std::string why) override;

  Stream* find(StreamId id) const;
  void head_complete(StreamId id, Stream& stream, bool ended);
  void forget(StreamId id, H2Ending ending);

  Events& events_;
  bool has_settings_ = false;
  bool has_goaway_ = false;
  bool is_shut_down_ = false;
};

}  // namespace sallyport::http
