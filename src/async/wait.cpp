#include "async/wait.hpp"

#include <string>

namespace sallyport::async {

Error wait_error(Outcome outcome, std::string_view what, Side side) {
  const Errc code = outcome == Outcome::timeout ? Errc::timeout : Errc::canceled;
  return Error(code, std::string(what), side);
}

CancelSource::CancelSource(CancelSource* parent) {
  if (parent == nullptr) return;
  link_before(parent->children_);
  requested_ = parent->requested_;
}

void CancelSource::request() {
  if (requested_) return;
  requested_ = true;
  while (waits_.linked()) {
    auto* const link = static_cast<Wait::CancelLink*>(waits_.next());
    Wait& wait = link->wait;
    wait.abandon();
    wait.complete(Outcome::canceled);
  }
  for (ListNode* node = children_.next(); node != &children_; node = node->next()) {
    static_cast<CancelSource*>(node)->request();
  }
}

bool Wait::begin(PromiseBase& task) {
  const Context& context = task.context();
  if (context.cancel != nullptr && context.cancel->requested()) {
    outcome_ = Outcome::canceled;
    return false;
  }
  if (begin_waiting()) {
    outcome_ = Outcome::ready;
    return false;
  }
  if (deadline_.when() <= context.loop->now()) {
    abandon();
    outcome_ = Outcome::timeout;
    return false;
  }
  task_ = &task;
  if (!deadline_.is_never()) context.loop->arm(*this, deadline_.when());
  if (context.cancel != nullptr) cancel_link_.link_before(context.cancel->waits_);
  return true;
}

void Wait::complete(Outcome outcome) {
  if (task_ == nullptr) return;
  outcome_ = outcome;
  PromiseBase* const task = task_;
  disarm();
  task->context().loop->post(*task);
}

void Wait::disarm() {
  if (task_ != nullptr && armed()) task_->context().loop->disarm(*this);
  cancel_link_.unlink();
  unlink();
  task_ = nullptr;
}

void Wait::expired() {
  abandon();
  complete(Outcome::timeout);
}

void Signal::wake_one() {
  if (!waiters_.linked()) return;
  auto* const waiter = static_cast<Wait*>(waiters_.next());
  waiter->unlink();
  waiter->complete();
}

void Signal::wake_all() {
  while (waiters_.linked()) wake_one();
}

namespace detail {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kClasses = 0;  // let the sanitizer see every use after free
#else
constexpr std::size_t kClasses = 64;
#endif
constexpr std::size_t kGranule = 64;
constexpr std::size_t kKeptPerClass = 256;

struct FreeFrame {
  FreeFrame* next;
};

struct FreeLists {
  FreeFrame* head[kClasses + 1] = {};
  std::size_t count[kClasses + 1] = {};
  ~FreeLists() {
    for (FreeFrame* frame : head) {
      while (frame != nullptr) {
        FreeFrame* const next = frame->next;
        ::operator delete(frame);
        frame = next;
      }
    }
    for (auto& n : count) n = kKeptPerClass;  // a frame that ends after this keeps nothing
  }
};

thread_local FreeLists free_lists;

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t size_class = (bytes + kGranule - 1) / kGranule;
  if (size_class < kClasses) {
    FreeFrame*& head = free_lists.head[size_class];
    if (head != nullptr) {
      FreeFrame* const frame = head;
      head = frame->next;
      --free_lists.count[size_class];
      return frame;
    }
    return ::operator new(size_class * kGranule);
  }
  return ::operator new(bytes);
}

void release_frame(void* memory, std::size_t bytes) noexcept {
  const std::size_t size_class = (bytes + kGranule - 1) / kGranule;
  if (size_class < kClasses && free_lists.count[size_class] < kKeptPerClass) {
    auto* const frame = static_cast<FreeFrame*>(memory);
    frame->next = free_lists.head[size_class];
    free_lists.head[size_class] = frame;
    ++free_lists.count[size_class];
    return;
  }
  ::operator delete(memory);
}

}  // namespace detail
}  // namespace sallyport::async
