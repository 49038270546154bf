#include "upstream/shared_connections.hpp"

#include <algorithm>

namespace sallyport::upstream {
namespace {

// While somebody waits he is counted, however the wait ends.
class Waiting {
 public:
  explicit Waiting(std::size_t& count) : count_(count) { ++count_; }
  ~Waiting() { --count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

void SharedConnections::add(std::shared_ptr<wire::H2ClientConnection> connection) {
  speaks_http_1_ = false;
  usual_room_ = std::max<std::size_t>(connection->most_streams(), 1);
  connections_.push_back(std::move(connection));
}

void SharedConnections::failed(Error why) {
  ++failures_;
  failure_ = std::move(why);
}

std::shared_ptr<wire::H2ClientConnection> SharedConnections::with_room(Duration idle_timeout, TimePoint now) {
  for (const auto& connection : connections_) {
    const bool is_stale =
        connection->is_used() && connection->is_idle() && connection->last_active() + idle_timeout <= now;
    if (!is_stale && connection->has_room()) return connection;
  }
  return nullptr;
}

async::Task<Result<>> SharedConnections::wait(async::Deadline deadline) {
  const Waiting waiting(waiting_);
  const std::uint64_t failures = failures_;
  const async::Outcome outcome = co_await changed_.wait(deadline);
  if (outcome != async::Outcome::ready) co_return fail(async::wait_error(outcome, "connecting", Side::upstream));
  if (failures_ != failures) co_return fail(failure_);
  co_return Result<>();
}

void SharedConnections::sweep(Duration idle_timeout, TimePoint now) {
  for (const auto& connection : connections_) {
    if (connection->is_idle() && connection->last_active() + idle_timeout <= now) connection->drain();
  }
  std::erase_if(connections_, [](const auto& connection) { return connection->is_over(); });
}

}  // namespace sallyport::upstream
