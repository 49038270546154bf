#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/allowance.hpp"
#include "http/h2_error.hpp"
#include "http/h2_session.hpp"

struct nghttp2_session;

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
// given back at once, so that a stream whose body nobody takes holds up no other one. No I/O, no clock. After an error
// of receive() what output() still gives is sent and the connection closed; the streams that are left end without an
// event.
class H2ClientSession {
 public:
  // Called inside receive(), output() and reset(); must not call back into the session. Views last until the call
  // returns.
  class Events {
   public:
    // A head of an answer, interim ones (1xx) too. `ended`: nothing follows it.
    virtual void on_head(StreamId stream, ResponseHead head, bool ended) = 0;
    virtual void on_body(StreamId stream, std::string_view piece) = 0;
    // `trailers`: what came behind the body; usually nothing.
    virtual void on_body_end(StreamId stream, Headers trailers) = 0;
    // Some of what send() took has gone out.
    virtual void on_sent(StreamId stream) = 0;
    // Nothing more of this stream, either way. Once; not after reset().
    virtual void on_closed(StreamId stream, H2Ending ending) = 0;

   protected:
    ~Events() = default;
  };

  // `limits.max_concurrent_streams`: requests at once, if the server allows as many. `events` must outlive the session.
  H2ClientSession(const H2Limits& limits, Events& events);
  ~H2ClientSession();
  H2ClientSession(const H2ClientSession&) = delete;
  H2ClientSession& operator=(const H2ClientSession&) = delete;

  // Takes all of it. Errors: malformed (the server breaks the protocol), too_large (it floods us).
  Result<> receive(std::string_view bytes, TimePoint now);
  // As H2ServerSession has them.
  Result<> output(std::string& out, std::size_t enough);
  bool has_output() const;
  bool is_over() const;

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
  // On a stream that has ended all of these do nothing.
  void send(StreamId stream, std::string_view piece);
  void add_trailers(StreamId stream, const Headers& trailers);
  void end_body(StreamId stream);
  // Bytes that send() took and output() has not given yet.
  std::size_t unsent(StreamId stream) const;
  // Breaks the stream off, both ways; nothing more is heard of it.
  void reset(StreamId stream, H2Error error);
  // Somebody has taken that much of the body: the server may send as much again.
  void consumed(StreamId stream, std::size_t bytes);

  // There will be no more requests: tells the server (GOAWAY).
  void shut_down();

  std::size_t stream_count() const { return streams_.size(); }

 private:
  struct Stream;
  struct Callbacks;

  Stream* find(StreamId id) const;
  void head_complete(StreamId id, Stream& stream, bool ended);
  void end_of_body(StreamId id, Stream& stream);
  // The answer is none: breaks the stream off and says so.
  void refuse_answer(StreamId id, std::string why);
  void forget(StreamId id, H2Ending ending);
  void fail_with(Errc code, std::string why);

  const H2Limits limits_;
  Events& events_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<StreamId, std::unique_ptr<Stream>> streams_;
  const std::unique_ptr<H2FieldBlock> block_;
  Allowance idle_frames_;
  bool frame_is_empty_ = false;  // the DATA frame that is coming in
  std::size_t head_bytes_ = 0;   // of the head that is coming in
  bool has_settings_ = false;
  bool has_goaway_ = false;
  bool is_shut_down_ = false;
  TimePoint now_{};
  std::string* out_ = nullptr;  // while output() runs
  std::size_t enough_ = 0;
  Result<> verdict_;
};

}  // namespace sallyport::http
