#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/allowance.hpp"
#include "http/h2_error.hpp"
#include "http/h2_head.hpp"
#include "http/h2_library.hpp"
#include "http/h2_memory.hpp"
#include "http/h2_streams.hpp"

namespace sallyport::http {

struct H2Limits {
  HeadLimits head;
  std::uint32_t max_concurrent_streams = 100;
  std::uint32_t stream_window = 256 * 1024;       // bytes of one message's body that may wait here
  std::uint32_t connection_window = 1024 * 1024;  // of all bodies
  // What a peer may do without use to it (attack D1), at once and in the long run: frames that carry nothing (PING,
  // SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown ones), and, of a client, streams that end by an error.
  std::uint32_t idle_frame_burst = 1000;
  std::uint32_t idle_frames_per_second = 100;
  std::uint32_t reset_burst = 200;
  std::uint32_t resets_per_second = 20;
};

// What both ends of an HTTP/2 connection (RFC 9113) do alike: bytes in, bytes out, bodies on their way out, and what
// the peer may do without use. nghttp2 does frames, HPACK and flow control. After an error of receive() what output()
// still gives is sent (GOAWAY says why) and the connection closed.
class H2Core {
 public:
  // What came, in its order. Called inside receive() and output(); must not call back into the session but for the
  // functions that say so. Views last until the call returns.
  class Events {
   public:
    virtual void on_body(StreamId stream, std::string_view piece) = 0;
    // `trailers`: what came behind the body; usually nothing.
    virtual void on_body_end(StreamId stream, Headers trailers) = 0;
    // Some of what send() took has gone out.
    virtual void on_sent(StreamId stream) = 0;

   protected:
    ~Events() = default;
  };

  H2Core(const H2Core&) = delete;
  H2Core& operator=(const H2Core&) = delete;

  // Takes all of it. Errors: malformed (the peer breaks the protocol), too_large (it floods us: attack D1).
  Result<> receive(std::string_view bytes, TimePoint now);
  // Appends frames to `out` until it has at least `enough` bytes or nothing is to be sent now. Errors: those of
  // receive(), which may show here first.
  Result<> output(std::string& out, std::size_t enough);
  bool has_output() const;
  // Neither side has anything more to say.
  bool is_over() const;

  // The body of the message that goes out. On a stream that is closed all of these do nothing.
  void send(StreamId stream, std::string_view piece);
  // Fields that follow the body; before end_body().
  void add_trailers(StreamId stream, const Headers& trailers);
  void end_body(StreamId stream);
  // Bytes that send() took and output() has not given yet; of one stream, and of all.
  std::size_t unsent(StreamId stream) const;
  std::size_t unsent_of_all() const { return unsent_; }

  std::size_t stream_count() const { return streams_.size(); }

  // Gives memory back while nothing is under way; does nothing else. It comes again by itself.
  void rest();

 protected:
  enum class End : std::uint8_t { server, client };
  struct Stream {
    virtual ~Stream() = default;
    std::unique_ptr<H2TrailerMaker> trailers;  // null: none have come
    H2OutgoingBody outgoing;
  };

  // Sends our SETTINGS: `settings`, and those for the limits of heads and bodies. `events` must outlive it.
  H2Core(End end, const H2Limits& limits, std::vector<nghttp2_settings_entry> settings, Events& events);
  virtual ~H2Core();

  Stream* find(StreamId id) const { return streams_.find(id); }
  void insert(StreamId id, std::unique_ptr<Stream> stream) { streams_.insert(id, std::move(stream)); }
  // Null if there is none.
  std::unique_ptr<Stream> take_out(StreamId id);
  static void add_trailer(Stream& stream, std::string_view name, std::string_view value);
  // All of the body has come.
  void end_of_body(StreamId id, Stream& stream);
  void reset_stream(StreamId id, H2Error error);
  // Tells the peer which of its streams was the last that counts (GOAWAY).
  void say_last();
  // Only the first error counts.
  void fail_with(Errc code, std::string why);
  // Of a message whose body follows.
  static nghttp2_data_provider body_provider();

  const H2Limits limits_;
  H2Memory memory_;
  nghttp2_session* session_ = nullptr;
  Allowance idle_frames_;
  TimePoint now_{};
  Result<> verdict_;

 private:
  struct Callbacks;

  // What nghttp2 says. Nothing may be thrown. begin_fields() gives false to end the connection, after fail_with().
  virtual bool begin_fields(const nghttp2_frame& frame) = 0;
  virtual void take_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) = 0;
  virtual void take_frame(const nghttp2_frame& frame) = 0;
  virtual void take_data(StreamId id, std::string_view piece) = 0;
  virtual void frame_sent(const nghttp2_frame& frame) = 0;
  virtual void closed(StreamId id, H2Error error) = 0;
  // What came on the stream breaks the rules.
  virtual void malformed(StreamId id, std::string why) = 0;

  Events& events_;
  const Side peer_;
  H2Streams<std::unique_ptr<Stream>> streams_;
  bool frame_is_empty_ = false;  // the DATA frame that is coming in
  std::size_t head_bytes_ = 0;   // of the head that is coming in
  std::size_t unsent_ = 0;
  std::string* out_ = nullptr;  // while output() runs
  std::size_t enough_ = 0;
};

}  // namespace sallyport::http
