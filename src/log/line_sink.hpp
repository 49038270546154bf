// log: what happened, in lines. Three sinks that never mix: the request log (a line for each exchange), the audit log (a
// line for each decision that somebody may have to answer for; it waits rather than drops), the event log (what the
// process itself has to say). Comes in: values; goes out: lines without control characters and without secrets (there
// is no way to format a base::Secret). Knows nothing of who calls it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace sallyport::log {

// A file that lines are appended to by a thread of its own. Thread-safe; whole lines, in the order of write().
class LineSink {
 public:
  enum class WhenFull : std::uint8_t { drop, wait };

  // `path` "-" is `standard`, one of the process's standard streams. Lines reach the file at the latest after
  // `flush_interval`. Errors: not_found, denied, ... with the path.
  static Result<std::unique_ptr<LineSink>> open(std::string path, WhenFull when_full, Duration flush_interval,
                                                int standard = 2);
  // Writes what is left.
  ~LineSink();

  // `line` has no line end. When the disk cannot keep up: drops the line and counts it, or waits (see WhenFull).
  void write(std::string_view line);
  // Closes the file and opens its name anew: after a rotation. What was written before goes to the old file. On error
  // the old file stays in use.
  Result<> reopen();
  void set_flush_interval(Duration flush_interval);
  // Until everything written so far is in the file.
  void flush();
  std::uint64_t dropped() const;
  const std::string& path() const { return path_; }

 private:
  LineSink(std::string path, int fd, int standard, WhenFull when_full, Duration flush_interval);
  void serve();
  static void write_out(int fd, std::string_view bytes);

  const std::string path_;
  const int standard_;
  const WhenFull when_full_;
  Duration flush_interval_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;     // the writer
  std::condition_variable drained_;  // those who wait for it
  std::string pending_;
  int fd_;
  bool writing_ = false;
  bool flush_asked_ = false;
  bool stopping_ = false;
  std::uint64_t dropped_ = 0;
  std::thread writer_;
};

}  // namespace sallyport::log
