#include "wire/h2_link.hpp"

#include "net/spare_buffers.hpp"

namespace sallyport::wire {
namespace {

// Of all messages: given to the transport at once.
constexpr std::size_t kWriteSize = 32 * 1024;

}  // namespace

H2Link::Writing::Writing(H2Link& link, async::Context context, async::TaskGroup& reading)
    : link_(link), reading_(reading), tasks_(context) {
  link_.loop_ = context.loop;
  link_.writing_ = this;
  link_.look();
}

H2Link::Writing::~Writing() {
  link_.writer_due_.unlink();
  link_.writing_ = nullptr;
}

async::Task<> H2Link::Writing::finish(async::Deadline deadline) {
  if (link_.writer_ == Writer::idle) link_.look();
  return tasks_.join(deadline);
}

void H2Link::wake_writer() {
  // A writer that is at work looks again before it goes.
  if (writing_ != nullptr && writer_ == Writer::idle && !writer_due_.linked()) loop_->post(writer_due_);
}

void H2Link::look() {
  if (!sends_.has_output()) return come_to_rest();
  writer_ = Writer::at_work;
  writing_->tasks_.spawn(write());
}

void H2Link::come_to_rest() {
  writer_ = Writer::idle;
  stream_->release_buffers();
  if (sends_.is_over() || is_done()) writing_->reading_.cancel();
}

async::Task<> H2Link::write() {
  std::string out;
  net::take_spare(out);
  while (sends_.has_output()) {
    const Result<> told = sends_.output(out, kWriteSize);
    if (out.empty()) break;
    const async::Deadline deadline = loop_->in(stall_);
    Result<> done = co_await stream_->write_all(out, deadline);
    if (done) done = co_await stream_->flush(deadline);
    out.clear();
    if (!done) {
      // Who takes nothing, or is gone, gets nothing more; the reader sees the end.
      writer_ = Writer::gone;
      write_failed(done.error());
      stream_->abort();
      co_return;
    }
    if (told) continue;
    session_failed(told.error());
    writing_->reading_.cancel();
    break;
  }
  net::give_back(out);
  come_to_rest();
}

}  // namespace sallyport::wire
