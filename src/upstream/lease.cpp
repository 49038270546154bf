#include "upstream/lease.hpp"

#include <utility>

#include "upstream/pool.hpp"

namespace sallyport::upstream {

Lease::Lease(Pool& pool, const Candidate& candidate, ServerHealth& health,
             std::unique_ptr<wire::ClientConnection> connection, bool reused)
    : pool_(&pool), candidate_(&candidate), health_(&health), connection_(std::move(connection)), reused_(reused) {
  begin();
}

Lease::Lease(Pool& pool, const Candidate& candidate, ServerHealth& health, std::unique_ptr<wire::H2ClientStream> part,
             bool reused)
    : pool_(&pool), candidate_(&candidate), health_(&health), part_(std::move(part)), reused_(reused) {
  begin();
}

Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_),
      candidate_(other.candidate_),
      health_(std::exchange(other.health_, nullptr)),
      connection_(std::move(other.connection_)),
      part_(std::move(other.part_)),
      reused_(other.reused_) {}

Lease::~Lease() {
  if (health_ == nullptr) return;
  --health_->in_progress;
  if (candidate_->activity) candidate_->activity->end();
}

void Lease::begin() {
  ++health_->in_progress;
  if (candidate_->activity) candidate_->activity->begin();
}

void Lease::was_in_vain() {
  if (candidate_->activity) candidate_->activity->forget_one();
}

void Lease::give_back() {
  if (connection_) pool_->keep(candidate_->key, std::move(connection_));
}

}  // namespace sallyport::upstream
