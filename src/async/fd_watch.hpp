#pragma once

#include "async/wait.hpp"

struct event;

namespace sallyport::async {

// Readiness of one descriptor, edge-triggered: registered with the kernel once, for its whole life, so that a wait
// costs no system call. Contract: after a read (write) said EAGAIN call not_readable() (not_writable()) before waiting.
// At most one waiter for each direction. Does not own the descriptor, which must stay open until destruction.
class FdWatch {
 public:
  FdWatch(EventLoop& loop, int fd);
  ~FdWatch();
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;

  class Readiness final : public Wait {
   public:
    Readiness(bool& ready, ListNode& place, Deadline deadline) : Wait(deadline), ready_(ready), place_(place) {}

   protected:
    bool begin_waiting() override {
      if (ready_) return true;
      link_before(place_);
      return false;
    }

   private:
    bool& ready_;
    ListNode& place_;
  };

  // `const Outcome o = co_await watch.readable(deadline);`
  Readiness readable(Deadline deadline) { return Readiness(readable_, reader_, deadline); }
  Readiness writable(Deadline deadline) { return Readiness(writable_, writer_, deadline); }
  void not_readable() { readable_ = false; }
  void not_writable() { writable_ = false; }
  // A read gave less than there was room for: nothing more is there (epoll(7)), unless the peer has finished, or the
  // connection broke, in the same moment; neither makes an edge of its own. The first is known (EPOLLRDHUP), the second
  // shows at the next write, so that one which succeeded makes the conclusion good.
  void read_was_short() { perhaps_drained_ = !peer_finished_; }
  void write_succeeded() {
    if (perhaps_drained_) readable_ = perhaps_drained_ = false;
  }
  // The next attempt to read is made whatever is known: for those who must not miss what came since the last poll.
  void look_again() {
    readable_ = true;
    perhaps_drained_ = false;
  }
  // `listener` is posted, once, when the peer finishes sending or the connection breaks; null: nobody is. False if the
  // peer has finished already, and nobody is told. The listener must outlive the watch or be taken back.
  bool tell_when_finished(Ready* listener) {
    listener_ = peer_finished_ ? nullptr : listener;
    return !peer_finished_;
  }
  // As far as the loop has looked: nothing has come since a read was short or found nothing, and the peer is there.
  bool is_silent() const { return (!readable_ || perhaps_drained_) && !peer_finished_; }
  // False: an attempt to read would find nothing.
  bool may_be_readable() const { return readable_; }

 private:
  static bool is_broken(int fd);
  static void on_event(int, short what, void* self);
  static void wake(ListNode& place);

  EventLoop& loop_;
  event* event_;
  Ready* listener_ = nullptr;
  bool readable_ = true;  // until an attempt says otherwise
  bool writable_ = true;
  bool peer_finished_ = false;
  bool perhaps_drained_ = false;
  ListNode reader_;
  ListNode writer_;
};

}  // namespace sallyport::async
