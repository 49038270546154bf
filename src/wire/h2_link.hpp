#pragma once

#include <memory>

#include "async/task_group.hpp"
#include "http/h2_core.hpp"
#include "wire/input.hpp"

namespace sallyport::wire {

// What both ends of an HTTP/2 connection do alike: a task gives the transport what the session has to say, as it comes.
// Loop-local.
class H2Link {
 public:
  H2Link(const H2Link&) = delete;
  H2Link& operator=(const H2Link&) = delete;

 protected:
  // `stall`: of a peer that takes nothing.
  H2Link(std::unique_ptr<net::Stream> stream, Duration stall)
      : stream_(std::move(stream)), input_(*stream_), stall_(stall) {}
  ~H2Link() = default;

  // The task. Ends `reading` when there is nothing more to be said, and itself behind end_writing().
  async::Task<> write(http::H2Core& session, async::TaskGroup& reading);
  void wake_writer() { output_signal_.wake_one(); }
  // What there is to be said now is the last.
  void end_writing() {
    is_last_ = true;
    wake_writer();
  }

  const std::unique_ptr<net::Stream> stream_;
  Input input_;

 private:
  enum class Sent : std::uint8_t { all, last, broken };

  // Nobody will ask for anything more.
  virtual bool is_done() const = 0;
  // The peer takes nothing, or is gone; what it breaks of the rules of HTTP/2 shows here first.
  virtual void write_failed(const Error&) {}
  virtual void session_failed(const Error&) {}

  async::Task<Sent> send_all(http::H2Core& session);

  const Duration stall_;
  async::Signal output_signal_;
  bool is_last_ = false;
};

}  // namespace sallyport::wire
