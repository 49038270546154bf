#include "async/task_group.hpp"

namespace sallyport::async {

struct TaskGroup::Entry final : ListNode, Completion {
  Entry(TaskGroup& g, Task<> t) : group(g), task(std::move(t)) {}
  // The frame is still on the stack here: it is destroyed from the top of the loop.
  void completed() override {
    link_before(group.finished_);
    if (!group.reaper_.linked()) group.loop_.post(group.reaper_);
  }
  TaskGroup& group;
  Task<> task;
};

TaskGroup::TaskGroup(Context context, ExceptionHandler on_exception)
    : loop_(*context.loop), cancel_(context.cancel), on_exception_(std::move(on_exception)) {}

TaskGroup::~TaskGroup() {
  destroy_all(running_);
  destroy_all(finished_);
}

void TaskGroup::destroy_all(ListNode& list) {
  while (list.linked()) delete static_cast<Entry*>(list.next());
}

void TaskGroup::spawn(Task<> task) {
  auto* const entry = new Entry(*this, std::move(task));
  entry->link_before(running_);
  ++running_count_;
  PromiseBase& promise = entry->task.handle_.promise();
  promise.context_ = Context{&loop_, &cancel_};
  promise.completion_ = entry;
  entry->task.handle_.resume();
}

void TaskGroup::reap() {
  while (finished_.linked()) {
    const std::unique_ptr<Entry> entry(static_cast<Entry*>(finished_.next()));
    entry->unlink();
    --running_count_;
    const std::exception_ptr exception = entry->task.handle_.promise().exception_;
    if (exception && on_exception_) on_exception_(exception);
  }
  if (running_count_ == 0) empty_.wake_all();
}

Task<> TaskGroup::join(Deadline grace) {
  bool canceled = false;
  while (running_count_ > 0) {
    const Outcome outcome = co_await empty_.wait(grace);
    if (outcome == Outcome::ready) continue;
    if (canceled) co_return;  // so is who joins: the destructor does the rest
    // The tasks' waits end with canceled now, as ours may have: what remains is house-keeping that needs no deadline.
    cancel();
    canceled = true;
    grace = Deadline::never();
  }
}

}  // namespace sallyport::async
