// net: sockets and names. A Stream is the one seam between protocols and transports: TLS is a Stream around a Stream,
// tests put a pair in memory in its place. The room knows nothing of what the bytes mean.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "async/task.hpp"
#include "async/wait.hpp"
#include "base/result.hpp"

namespace sallyport::net {

// What one non-blocking attempt came to.
struct Attempt {
  enum class Kind : std::uint8_t { done, would_block, end, failed };
  Kind kind = Kind::done;
  std::size_t bytes = 0;  // with done: at least 1
  Errc error = Errc::internal;  // with failed

  static Attempt done(std::size_t n) { return Attempt{Kind::done, n, Errc::internal}; }
  static Attempt would_block() { return Attempt{Kind::would_block, 0, Errc::internal}; }
  static Attempt end() { return Attempt{Kind::end, 0, Errc::closed}; }
  static Attempt failed(Errc why) { return Attempt{Kind::failed, 0, why}; }
};

// An ordered, reliable byte stream in both directions. Loop-local. One reader and one writer at a time.
class Stream {
 public:
  virtual ~Stream() = default;

  // Takes what is there, without waiting. end: the peer has finished sending, in an orderly way.
  virtual Attempt try_read(std::span<char> into) = 0;
  // It is known that an attempt to read would find nothing now.
  virtual bool is_dry() const { return false; }
  // As far as the loop has looked, nothing has come since the last read, neither bytes nor an end.
  virtual bool is_silent() const { return false; }
  // Takes as much as it can, without waiting; what it took may still be in a buffer of the stream: see flush().
  virtual Attempt try_write(std::string_view from) = 0;
  // The same for what ends a message: as much as possible goes to the kernel at once, past the buffer.
  virtual Attempt try_write_out(std::string_view from) { return try_write(from); }

  // Until an attempt to read (write) may succeed. Errors: timeout, canceled.
  virtual async::Task<Result<>> wait_readable(async::Deadline deadline) = 0;
  virtual async::Task<Result<>> wait_writable(async::Deadline deadline) = 0;

  // True while bytes that try_write() took have not been handed to the kernel; try_flush() tries to.
  virtual bool has_unsent() const { return false; }
  virtual Attempt try_flush() { return Attempt::done(0); }

  // `listener` is posted to the loop, once, when the peer closes its end of the connection, whatever it sent before
  // that and nobody has read yet; null takes it back. False if the peer has done so already, and nobody is told. A TLS
  // peer that only says close_notify is still there. A stream that cannot know never tells.
  virtual bool tell_when_gone(async::Ready* /*listener*/) { return true; }

  // Makes the next try_read() see what has come since the loop last looked.
  virtual void look_again() {}

  // Ends our direction in an orderly way (TLS: close_notify), as far as that needs no waiting.
  virtual void shut_write() = 0;
  // Ends both directions at once: whoever waits sees the end or an error, and so does the peer (TLS: without
  // close_notify, so that it knows of bytes that are missing). What was handed to the kernel still arrives.
  virtual void abort() = 0;
  // Gives buffers back while the stream rests. Keeps bytes that have not been read.
  virtual void release_buffers() {}

  // read_some: at least one byte, or 0 at the end of the stream. write_all: all of it has been taken.
  // flush: all of it has been handed to the kernel.
  async::Task<Result<std::size_t>> read_some(std::span<char> into, async::Deadline deadline);
  async::Task<Result<>> write_all(std::string_view from, async::Deadline deadline);
  async::Task<Result<>> flush(async::Deadline deadline);
};

}  // namespace sallyport::net
