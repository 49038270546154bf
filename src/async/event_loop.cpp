#include "async/event_loop.hpp"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace sallyport::async {
namespace {
constexpr int kRoundsPerPoll = 32;
}  // namespace

void TimerHeap::place(std::size_t index, Timer* timer) {
  heap_[index] = timer;
  timer->index_ = index;
}

void TimerHeap::sift_up(std::size_t index) {
  Timer* const timer = heap_[index];
  while (index > 0) {
    const std::size_t parent = (index - 1) / 2;
    if (heap_[parent]->when_ <= timer->when_) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, timer);
}

void TimerHeap::sift_down(std::size_t index) {
  Timer* const timer = heap_[index];
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->when_ < heap_[child]->when_) ++child;
    if (timer->when_ <= heap_[child]->when_) break;
    place(index, heap_[child]);
    index = child;
  }
  place(index, timer);
}

void TimerHeap::add(Timer& timer, TimePoint when) {
  timer.when_ = when;
  heap_.push_back(&timer);
  sift_up(heap_.size() - 1);
}

void TimerHeap::remove(Timer& timer) {
  const std::size_t index = timer.index_;
  if (index == Timer::kNotInHeap) return;
  timer.index_ = Timer::kNotInHeap;
  Timer* const last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  place(index, last);
  sift_up(index);
  sift_down(last->index_);
}

EventLoop::EventLoop(const Clock& clock) : clock_(clock), now_(clock.now()) {
  event_config* const config = event_config_new();
  if (config == nullptr) throw std::bad_alloc();
  // Only the loop's own thread touches the base: no locks. Waking up from elsewhere goes through the eventfd.
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
  base_ = event_base_new_with_config(config);
  event_config_free(config);
  if (base_ == nullptr) throw std::runtime_error("event_base_new_with_config failed");
  inbox_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (inbox_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  inbox_event_ = event_new(base_, inbox_fd_, EV_READ | EV_PERSIST, &EventLoop::on_inbox, this);
  timer_event_ = event_new(base_, -1, 0, &EventLoop::on_timer, this);
  if (inbox_event_ == nullptr || timer_event_ == nullptr) throw std::bad_alloc();
  event_add(inbox_event_, nullptr);
}

EventLoop::~EventLoop() {
  event_free(timer_event_);
  event_free(inbox_event_);
  event_base_free(base_);
  close(inbox_fd_);
}

void EventLoop::on_timer(int, short, void* self) { static_cast<EventLoop*>(self)->wakeup_ = TimePoint::max(); }

void EventLoop::run() {
  now_ = clock_.now();
  while (!stopped_.load(std::memory_order_relaxed)) turn(true);
}

void EventLoop::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  post_from_any_thread([] {});
}

void EventLoop::turn(bool may_wait) {
  const bool wait = may_wait && !ready_.linked() && !later_.linked();
  if (wait) schedule_wakeup();
  event_base_loop(base_, EVLOOP_ONCE | (wait ? 0 : EVLOOP_NONBLOCK));
  now_ = clock_.now();
  ++turns_;
  expire_timers();
  ListNode postponed;
  later_.splice_to(postponed);
  while (postponed.linked()) post(*static_cast<Ready*>(postponed.next()));
  // What these post (a signal wakes others) runs in the next round, without a poll between. After some rounds the sockets
  // have their turn, so that nobody starves them.
  for (int round = 0; round < kRoundsPerPoll && ready_.linked(); ++round) run_round();
}

void EventLoop::run_round() {
  ListNode batch;
  ready_.splice_to(batch);
  while (batch.linked()) {
    auto* const ready = static_cast<Ready*>(batch.next());
    ready->unlink();
    ready->run();
  }
}

void EventLoop::run_ready() {
  do turn(false);
  while (ready_.linked() || later_.linked());
}

void EventLoop::post_from_any_thread(std::function<void()> job) {
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox_.push_back(std::move(job));
  }
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake anyway.
  [[maybe_unused]] const auto written = write(inbox_fd_, &one, sizeof one);
}

void EventLoop::on_inbox(int, short, void* self) { static_cast<EventLoop*>(self)->drain_inbox(); }

void EventLoop::drain_inbox() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(inbox_fd_, &count, sizeof count);
  std::vector<std::function<void()>> jobs;
  {
    const std::lock_guard lock(inbox_mutex_);
    jobs.swap(inbox_);
  }
  for (auto& job : jobs) job();
}

void EventLoop::arm(Timer& timer, TimePoint when) {
  timers_.remove(timer);
  timers_.add(timer, when);
}

void EventLoop::disarm(Timer& timer) { timers_.remove(timer); }

void EventLoop::expire_timers() {
  while (!timers_.empty() && timers_.earliest() <= now_) {
    Timer& timer = timers_.front();
    timers_.remove(timer);
    timer.expired();
  }
}

void EventLoop::schedule_wakeup() {
  // Deadlines mostly move into the future: a wake-up that comes too early costs less than re-arming each time.
  if (timers_.empty() || wakeup_ <= timers_.earliest()) return;
  wakeup_ = timers_.earliest();
  const auto wait = std::max(wakeup_ - clock_.now(), Duration::zero()) + std::chrono::microseconds(1);
  timeval interval{};
  interval.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(wait).count();
  interval.tv_usec = std::chrono::duration_cast<std::chrono::microseconds>(wait % std::chrono::seconds(1)).count();
  event_add(timer_event_, &interval);
}

}  // namespace sallyport::async
