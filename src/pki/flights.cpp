#include "pki/flights.hpp"

namespace sallyport::pki {

async::Task<Result<>> Flights::join(std::vector<Inquiry> inquiries, async::Deadline deadline) {
  const async::Context here = co_await async::CurrentContext();
  auto waiter = std::make_shared<Waiter>();
  waiter->loop = here.loop;
  bool all_begun = true;
  for (Inquiry& inquiry : inquiries) {
    const bool begun = begin(std::move(inquiry), waiter);
    if (begun) ++waiter->missing;
    all_begun = all_begun && begun;
  }
  while (waiter->missing > 0) {
    const async::Outcome outcome = co_await waiter->done.wait(deadline);
    if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "a fetch"));
  }
  if (!all_begun) co_return fail(Errc::unavailable, "too many fetches are waiting for a thread");
  co_return Result<>();
}

bool Flights::begin(Inquiry inquiry, std::shared_ptr<Waiter> waiter) {
  const std::lock_guard lock(mutex_);
  const auto [flight, is_new] = under_way_.try_emplace(inquiry.key);
  if (is_new) {
    const auto job = [self = shared_from_this(), key = inquiry.key, work = std::move(inquiry.work)] {
      // Whoever waits is told in any case, and finds nothing then.
      try {
        if (!self->given_up_) work();
      } catch (...) {
      }
      self->land(key);
    };
    if (!pool_.post(job)) {
      under_way_.erase(flight);
      return false;
    }
  }
  if (waiter) flight->second.push_back(std::move(waiter));
  return true;
}

void Flights::land(const std::string& key) {
  Waiters waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto flight = under_way_.find(key);
    waiters = std::move(flight->second);
    under_way_.erase(flight);
  }
  for (auto& waiter : waiters) {
    waiter->loop->post_from_any_thread([waiter] {
      --waiter->missing;
      waiter->done.wake_all();
    });
  }
}

}  // namespace sallyport::pki
