#include "wire/h2_link.hpp"

namespace sallyport::wire {
namespace {

// Of all messages: given to the transport at once.
constexpr std::size_t kWriteSize = 32 * 1024;

}  // namespace

// Of its own, so that an idle connection keeps neither its frame nor the buffer.
async::Task<H2Link::Sent> H2Link::send_all(http::H2Core& session) {
  const async::Context here = co_await async::CurrentContext();
  std::string out;
  while (session.has_output()) {
    const Result<> told = session.output(out, kWriteSize);
    if (out.empty()) break;
    const async::Deadline deadline = here.loop->in(stall_);
    Result<> done = co_await stream_->write_all(out, deadline);
    if (done) done = co_await stream_->flush(deadline);
    out.clear();
    if (!done) {
      // Who takes nothing, or is gone, gets nothing more; the reader sees the end.
      write_failed(done.error());
      stream_->abort();
      co_return Sent::broken;
    }
    if (told) continue;
    session_failed(told.error());
    co_return Sent::last;
  }
  co_return Sent::all;
}

async::Task<> H2Link::write(http::H2Core& session, async::TaskGroup& reading) {
  for (;;) {
    if (session.has_output()) {
      const Sent sent = co_await send_all(session);
      if (sent == Sent::broken) co_return;
      if (sent == Sent::last) reading.cancel();
    }
    stream_->release_buffers();
    if (is_last_) co_return;
    if (session.is_over() || is_done()) reading.cancel();
    const async::Outcome outcome = co_await output_signal_.wait(async::Deadline::never());
    if (outcome != async::Outcome::ready) co_return;
  }
}

}  // namespace sallyport::wire
