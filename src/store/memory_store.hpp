#pragma once


#include "store/session_store.hpp"

namespace sallyport::store {

struct MemoryStoreLimits {
  std::size_t max_entries = 100'000;      // of users
  std::size_t max_anonymous = 10'000;     // of visitors in the middle of a login
};

// Sessions in this process, in shards with a lock each. When it is full the least recently used entry of all shards
// goes: of the anonymous ones among themselves, so that a flood of visitors ends nobody's session (attack case D8).
class MemoryStore final : public SessionStore {
 public:
  // `seed`: unpredictable, so that nobody can aim at one bucket.
  MemoryStore(const MemoryStoreLimits& limits, std::uint64_t seed);
  ~MemoryStore() override;

  // From now on; what is too many goes at once.
  void set_limits(const MemoryStoreLimits& limits);

  async::Soon<Result<SessionPtr>> find(const session::SessionId& id) override;
  async::Task<Result<>> insert(const session::SessionId& id, SessionPtr session) override;
  async::Task<Result<bool>> replace(const session::SessionId& id, const SessionPtr& seen, SessionPtr next) override;
  async::Task<Result<bool>> rekey(const session::SessionId& id, const session::SessionId& new_id,
                                  const SessionPtr& seen, SessionPtr next, SessionPtr left) override;
  async::Task<Result<>> erase(const session::SessionId& id) override;
  std::vector<SessionPtr> with_handles(const std::set<std::string, std::less<>>& handles) const override;
  std::vector<SessionPtr> active_since(TimePoint when) const override;
  std::size_t replace_if(const std::function<SessionPtr(const SessionPtr&)>& next) override;
  std::vector<SessionPtr> list(std::size_t limit) const override;
  std::size_t erase_if(const std::function<bool(const session::Session&)>& which) override;
  std::size_t size() const override;

 private:
  struct Shard;
  struct Kind;
  Shard& shard_of(const session::SessionId& id) const;
  void trim(Kind& kind);

  const std::uint64_t seed_;
  const std::unique_ptr<Kind> users_;
  const std::unique_ptr<Kind> anonymous_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace sallyport::store
