#include "async/fd_watch.hpp"

#include <event2/event.h>
#include <poll.h>

#include <new>
#include <utility>

namespace sallyport::async {

FdWatch::FdWatch(EventLoop& loop, int fd)
    : loop_(loop),
      event_(
          event_new(loop.base(), fd, EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, &FdWatch::on_event, this)) {
  if (event_ == nullptr || event_add(event_, nullptr) != 0) throw std::bad_alloc();
}

FdWatch::~FdWatch() { event_free(event_); }

// libevent says of a connection that broke only that it can be read and written.
bool FdWatch::is_broken(int fd) {
  pollfd state{fd, POLLRDHUP, 0};
  return poll(&state, 1, 0) == 1 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void FdWatch::on_event(int fd, short what, void* self) {
  auto& watch = *static_cast<FdWatch*>(self);
  if ((what & EV_CLOSED) != 0) watch.peer_finished_ = true;
  if (watch.listener_ != nullptr) {
    if (!watch.peer_finished_ && (what & EV_READ) != 0 && (what & EV_WRITE) != 0) watch.peer_finished_ = is_broken(fd);
    if (watch.peer_finished_) watch.loop_.post(*std::exchange(watch.listener_, nullptr));
  }
  if ((what & (EV_READ | EV_CLOSED)) != 0) {
    watch.readable_ = true;
    watch.perhaps_drained_ = false;
    wake(watch.reader_);
  }
  if ((what & EV_WRITE) != 0) {
    watch.writable_ = true;
    wake(watch.writer_);
  }
}

void FdWatch::wake(ListNode& place) {
  if (!place.linked()) return;
  static_cast<Wait*>(place.next())->complete();
}

}  // namespace sallyport::async
