#pragma once

#include <memory>
#include <string>

#include "http/framing.hpp"
#include "http/h2_core.hpp"

namespace sallyport::http {

// The server's side of an HTTP/2 connection (RFC 9113): bytes in, events and bytes out. What a request may look like is
// said by H2RequestMaker, as for HTTP/1. No I/O, no clock.
class H2ServerSession final : public H2Core {
 public:
  class Events : public H2Core::Events {
   public:
    // A request. Its body follows unless the framing says none; what a tunnel carries comes as a body does.
    virtual void on_request(StreamId stream, RequestHead head, const Framing& framing) = 0;
    // A request that is to be answered with this status and no more: its head was too long, and so on.
    virtual void on_refused(StreamId stream, int status, std::string why) = 0;
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

  // Answers. A head once, interim ones before it; `has_body`: pieces follow by send() and end_body(). Errors: internal
  // (a head that cannot be written). On a stream that is closed all of these do nothing.
  Result<> respond(StreamId stream, const ResponseHead& head, bool has_body);
  Result<> respond_interim(StreamId stream, const ResponseHead& head);
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
  void shut_down() { say_last(); }

 private:
  struct Stream;

  bool begin_fields(const nghttp2_frame& frame) override;
  void take_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) override;
  void take_frame(const nghttp2_frame& frame) override;
  void take_data(StreamId id, std::string_view piece) override { events_.on_body(id, piece); }
  void frame_sent(const nghttp2_frame& frame) override;
  void closed(StreamId id, H2Error error) override;
  void malformed(StreamId id, std::string why) override;

  Stream* find(StreamId id) const;
  void deliver(StreamId id, Stream& stream, bool ended);
  Result<> submit(StreamId id, const ResponseHead& head, bool has_body, bool interim);

  Events& events_;
  Allowance resets_;
};

}  // namespace sallyport::http
