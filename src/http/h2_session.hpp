#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/allowance.hpp"
#include "http/framing.hpp"
#include "http/h2_error.hpp"
#include "http/h2_head.hpp"

struct nghttp2_session;

namespace sallyport::http {

class H2FieldBlock;

struct H2Limits {
  HeadLimits head;
  std::uint32_t max_concurrent_streams = 100;
  std::uint32_t stream_window = 256 * 1024;       // bytes of one request's body that may wait here
  std::uint32_t connection_window = 1024 * 1024;  // of all requests' bodies
  // What a client may do without use to it (attack D1), at once and in the long run: frames that carry nothing (PING,
  // SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown ones), and streams that end by an error.
  std::uint32_t idle_frame_burst = 1000;
  std::uint32_t idle_frames_per_second = 100;
  std::uint32_t reset_burst = 200;
  std::uint32_t resets_per_second = 20;
};

// The server's side of an HTTP/2 connection (RFC 9113): bytes in, events and bytes out. nghttp2 does frames, HPACK and
// flow control; what a request may look like is said by H2RequestMaker, as for HTTP/1. No I/O, no clock. After an
// error of receive() what output() still gives is sent (GOAWAY says why) and the connection closed.
class H2ServerSession {
 public:
  // What came, in its order. Called inside receive() and output(); must not call back into the session but for the
  // functions that say so. Views last until the call returns.
  class Events {
   public:
    // A request. Its body follows unless the framing says none; what a tunnel carries comes as a body does.
    virtual void on_request(StreamId stream, RequestHead head, const Framing& framing) = 0;
    // A request that is to be answered with this status and no more: its head was too long, and so on.
    virtual void on_refused(StreamId stream, int status, std::string why) = 0;
    virtual void on_body(StreamId stream, std::string_view piece) = 0;
    // `trailers`: what came behind the body; usually nothing.
    virtual void on_body_end(StreamId stream, Headers trailers) = 0;
    // Some of what send() took has gone out.
    virtual void on_sent(StreamId stream) = 0;
    // Nothing more of this stream, either way: after no_error all was said, after others it was broken off.
    virtual void on_closed(StreamId stream, H2Error error) = 0;
    // The client has heard what announce_shut_down() said: what it sends from now on, it sends against better knowledge.
    // May call shut_down().
    virtual void on_shut_down_heard() = 0;

   protected:
    ~Events() = default;
  };

  // `events` must outlive the session.
  H2ServerSession(const H2Limits& limits, Events& events);
  ~H2ServerSession();
  H2ServerSession(const H2ServerSession&) = delete;
  H2ServerSession& operator=(const H2ServerSession&) = delete;

  // Takes all of it. Errors: malformed (the client breaks the protocol), too_large (it floods us: attack D1).
  Result<> receive(std::string_view bytes, TimePoint now);
  // Appends frames to `out` until it has at least `enough` bytes or nothing is to be sent now. Errors: those of
  // receive(), which may show here first.
  Result<> output(std::string& out, std::size_t enough);
  bool has_output() const;
  // Neither side has anything more to say.
  bool is_over() const;

  // Answers. A head once, interim ones before it; `has_body`: pieces follow by send() and end_body(). Errors: internal
  // (a head that cannot be written). On a stream that is closed all of these do nothing.
  Result<> respond(StreamId stream, const ResponseHead& head, bool has_body);
  Result<> respond_interim(StreamId stream, const ResponseHead& head);
  void send(StreamId stream, std::string_view piece);
  // Fields that follow the body; before end_body().
  void add_trailers(StreamId stream, const Headers& trailers);
  void end_body(StreamId stream);
  // Bytes that send() took and output() has not given yet; of one stream, and of all.
  std::size_t unsent(StreamId stream) const;
  std::size_t unsent_of_all() const { return unsent_; }
  // When the answer is out, whatever is still to come of the request is not wanted (RFC 9113 section 8.1).
  void stop_after_answer(StreamId stream);
  // Breaks the stream off, both ways.
  void reset(StreamId stream, H2Error error);
  // Somebody has taken that much of the body: the client may send more. Also of streams that are closed.
  void consumed(StreamId stream, std::size_t bytes);

  // The two steps of an end that loses no request (RFC 9113 section 6.8). First the client is asked to send no more, and
  // whatever is on its way is still served; on_shut_down_heard() tells when nothing can be on its way any more. Then it
  // is told which request was the last: those behind it were not acted on, and are not.
  void announce_shut_down();
  void shut_down();

  std::size_t stream_count() const { return streams_.size(); }

 private:
  struct Stream;
  struct Callbacks;

  Stream* find(StreamId id) const;
  void deliver(StreamId id, Stream& stream, bool ended);
  void end_of_body(StreamId id, Stream& stream);
  Result<> submit(StreamId id, const ResponseHead& head, bool has_body, bool interim);
  void fail_with(Errc code, std::string why);

  const H2Limits limits_;
  Events& events_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<StreamId, std::unique_ptr<Stream>> streams_;
  const std::unique_ptr<H2FieldBlock> block_;
  Allowance idle_frames_;
  Allowance resets_;
  bool frame_is_empty_ = false;  // the DATA frame that is coming in
  std::size_t head_bytes_ = 0;   // of the head that is coming in
  std::size_t unsent_ = 0;
  TimePoint now_{};
  std::string* out_ = nullptr;  // while output() runs
  std::size_t enough_ = 0;
  Result<> verdict_;
};

}  // namespace sallyport::http
