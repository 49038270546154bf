#pragma once

#include <memory>

#include "async/task_group.hpp"
#include "http/h2_core.hpp"
#include "wire/input.hpp"

namespace sallyport::wire {

// What both ends of an HTTP/2 connection do alike: a task gives the transport what the session has to say. There is one
// only while there is something to be said. Loop-local.
class H2Link {
 public:
  H2Link(const H2Link&) = delete;
  H2Link& operator=(const H2Link&) = delete;

 protected:
  // While it lives, things can be said. `reading` must outlive it, and is canceled when nothing more is to be said.
  class Writing {
   public:
    Writing(H2Link& link, async::Context context, async::TaskGroup& reading);
    ~Writing();
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    // Says what is left, for so long.
    async::Task<> finish(async::Deadline deadline);

   private:
    friend class H2Link;
    H2Link& link_;
    async::TaskGroup& reading_;
    async::TaskGroup tasks_;
  };

  // `stall`: of a peer that takes nothing. `session` must live as long as it.
  H2Link(std::unique_ptr<net::Stream> stream, http::H2Core& session, Duration stall)
      : stream_(std::move(stream)), input_(*stream_), sends_(session), stall_(stall) {}
  ~H2Link() = default;

  // The session may have something to say: said as soon as the tasks that are ready now have run.
  void wake_writer();

  async::EventLoop* loop_ = nullptr;  // from the first Writing on
  const std::unique_ptr<net::Stream> stream_;
  Input input_;

 private:
  enum class Writer : std::uint8_t { idle, at_work, gone };
  struct Due final : async::Ready {
    explicit Due(H2Link& l) : link(l) {}
    void run() override { link.look(); }
    H2Link& link;
  };

  // Nobody will ask for anything more.
  virtual bool is_done() const = 0;
  // The peer takes nothing, or is gone; what it breaks of the rules of HTTP/2 shows here first.
  virtual void write_failed(const Error&) {}
  virtual void session_failed(const Error&) {}

  // Begins to say what there is to be said.
  void look();
  void come_to_rest();
  async::Task<> write();

  http::H2Core& sends_;
  const Duration stall_;
  Writing* writing_ = nullptr;
  Writer writer_ = Writer::idle;
  Due writer_due_{*this};
};

}  // namespace sallyport::wire
