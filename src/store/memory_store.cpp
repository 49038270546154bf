#include "store/memory_store.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>

#include "base/secret.hpp"

namespace sallyport::store {
namespace {

constexpr std::size_t kShards = 64;

using Key = std::array<char, session::SessionId::kBytes>;

Key key_of(const session::SessionId& id) {
  Key key;
  std::memcpy(key.data(), id.bytes().data(), key.size());
  return key;
}

std::uint64_t mixed(const char* bytes, std::uint64_t seed) {
  std::uint64_t value = 0;  // the id is random: any part of it will do, mixed with what nobody outside knows
  std::memcpy(&value, bytes, sizeof value);
  value = (value ^ seed) * 0x9e3779b97f4a7c15u;
  return value ^ value >> 32;
}

struct KeyHash {
  std::uint64_t seed;
  std::size_t operator()(const Key& key) const { return mixed(key.data(), seed); }
};

struct KeyEqual {
  bool operator()(const Key& a, const Key& b) const {
    return equal_in_constant_time(std::string_view(a.data(), a.size()), std::string_view(b.data(), b.size()));
  }
};

}  // namespace

// What is counted over all shards: users' sessions, or anonymous ones.
struct MemoryStore::Kind {
  explicit Kind(std::size_t most) : limit(most) {}
  std::atomic<std::size_t> limit;
  std::atomic<std::size_t> count{0};
};

struct MemoryStore::Shard {
  struct Entry {
    Key key;
    SessionPtr session;
    TimePoint used;
  };
  using List = std::list<Entry>;  // the most recently used in front
  struct Half {
    Kind& kind;
    List list;
  };
  struct Place {
    Half* half;
    List::iterator at;
  };

  Shard(Kind& of_users, Kind& of_visitors, std::uint64_t seed)
      : users{of_users, {}}, anonymous{of_visitors, {}}, places(16, KeyHash{seed}) {}

  // The kind that there is one more of.
  Kind& put(const Key& key, SessionPtr session) {
    remove(key);
    Half& half = session->subject.is_authenticated() ? users : anonymous;
    half.list.push_front(Entry{key, std::move(session), std::chrono::steady_clock::now()});
    places[key] = Place{&half, half.list.begin()};
    half.kind.count.fetch_add(1, std::memory_order_relaxed);
    return half.kind;
  }
  bool remove(const Key& key) {
    const auto found = places.find(key);
    if (found == places.end()) return false;
    found->second.half->kind.count.fetch_sub(1, std::memory_order_relaxed);
    found->second.half->list.erase(found->second.at);
    places.erase(found);
    return true;
  }
  bool holds(const Key& key, const SessionPtr& seen) const {
    const auto found = places.find(key);
    return found != places.end() && found->second.at->session == seen;
  }
  Half& half_of(const Kind& kind) { return &users.kind == &kind ? users : anonymous; }

  mutable std::mutex mutex;
  Half users;
  Half anonymous;
  std::unordered_map<Key, Place, KeyHash, KeyEqual> places;
};

MemoryStore::MemoryStore(const MemoryStoreLimits& limits, std::uint64_t seed)
    : seed_(seed),
      users_(std::make_unique<Kind>(limits.max_entries)),
      anonymous_(std::make_unique<Kind>(limits.max_anonymous)) {
  for (std::size_t i = 0; i < kShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(*users_, *anonymous_, seed * 31 + i));
  }
}

MemoryStore::~MemoryStore() = default;

void MemoryStore::set_limits(const MemoryStoreLimits& limits) {
  users_->limit.store(limits.max_entries);
  anonymous_->limit.store(limits.max_anonymous);
  trim(*users_);
  trim(*anonymous_);
}

// Lets the sessions go that are too many, those first that were unused for the longest time. Called without a lock:
// looks at the end of each shard's list, one shard after the other.
void MemoryStore::trim(Kind& kind) {
  while (kind.count.load(std::memory_order_relaxed) > kind.limit.load(std::memory_order_relaxed)) {
    Shard* oldest = nullptr;
    TimePoint since = TimePoint::max();
    for (const auto& shard : shards_) {
      const std::lock_guard lock(shard->mutex);
      const Shard::List& list = shard->half_of(kind).list;
      if (list.empty() || list.back().used >= since) continue;
      since = list.back().used;
      oldest = shard.get();
    }
    if (oldest == nullptr) return;
    const std::lock_guard lock(oldest->mutex);
    const Shard::List& list = oldest->half_of(kind).list;
    // Used or taken by somebody meanwhile: look again.
    if (list.empty() || list.back().used != since) continue;
    oldest->remove(Key(list.back().key));
  }
}

MemoryStore::Shard& MemoryStore::shard_of(const session::SessionId& id) const {
  return *shards_[mixed(id.bytes().data() + 8, seed_) % shards_.size()];
}

async::Soon<Result<SessionPtr>> MemoryStore::find(const session::SessionId& id) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.places.find(key);
  if (found == shard.places.end()) return Result<SessionPtr>();
  const auto& place = found->second;
  Shard::List& list = place.half->list;
  list.splice(list.begin(), list, place.at);
  place.at->used = std::chrono::steady_clock::now();
  return Result<SessionPtr>(place.at->session);
}

async::Task<Result<>> MemoryStore::insert(const session::SessionId& id, SessionPtr session) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  Kind* kind = nullptr;
  {
    const std::lock_guard lock(shard.mutex);
    kind = &shard.put(key, std::move(session));
  }
  trim(*kind);
  co_return Result<>();
}

async::Task<Result<bool>> MemoryStore::replace(const session::SessionId& id, const SessionPtr& seen, SessionPtr next) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  Kind* kind = nullptr;
  {
    const std::lock_guard lock(shard.mutex);
    if (!shard.holds(key, seen)) co_return false;
    kind = &shard.put(key, std::move(next));
  }
  trim(*kind);
  co_return true;
}

async::Task<Result<bool>> MemoryStore::rekey(const session::SessionId& id, const session::SessionId& new_id,
                                             const SessionPtr& seen, SessionPtr next, SessionPtr left) {
  // The old id dies first: there is no moment at which both give the same.
  {
    Shard& shard = shard_of(id);
    const Key key = key_of(id);
    const std::lock_guard lock(shard.mutex);
    if (!shard.holds(key, seen)) co_return false;
    if (left) {
      shard.put(key, std::move(left));
    } else {
      shard.remove(key);
    }
  }
  Shard& shard = shard_of(new_id);
  const Key key = key_of(new_id);
  Kind* kind = nullptr;
  {
    const std::lock_guard lock(shard.mutex);
    kind = &shard.put(key, std::move(next));
  }
  trim(*kind);
  co_return true;
}

async::Task<Result<>> MemoryStore::erase(const session::SessionId& id) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  const std::lock_guard lock(shard.mutex);
  shard.remove(key);
  co_return Result<>();
}

std::vector<SessionPtr> MemoryStore::with_handles(const std::set<std::string, std::less<>>& handles) const {
  std::vector<SessionPtr> out;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (const auto* const half : {&shard->users, &shard->anonymous}) {
      for (const auto& entry : half->list) {
        if (handles.contains(entry.session->handle)) out.push_back(entry.session);
      }
    }
  }
  return out;
}

std::vector<SessionPtr> MemoryStore::active_since(TimePoint when) const {
  std::vector<SessionPtr> out;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (const auto& entry : shard->users.list) {
      if (entry.used < when) break;
      out.push_back(entry.session);
    }
  }
  return out;
}

std::size_t MemoryStore::replace_if(const std::function<SessionPtr(const SessionPtr&)>& next) {
  std::size_t replaced = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (auto& entry : shard->users.list) {
      SessionPtr other = next(entry.session);
      if (!other) continue;
      entry.session = std::move(other);
      ++replaced;
    }
  }
  return replaced;
}

std::vector<SessionPtr> MemoryStore::list(std::size_t limit) const {
  std::vector<SessionPtr> out;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (const auto* const half : {&shard->users, &shard->anonymous}) {
      for (const auto& entry : half->list) {
        if (out.size() == limit) return out;
        out.push_back(entry.session);
      }
    }
  }
  return out;
}

std::size_t MemoryStore::erase_if(const std::function<bool(const session::Session&)>& which) {
  std::size_t erased = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (auto* const half : {&shard->users, &shard->anonymous}) {
      for (auto entry = half->list.begin(); entry != half->list.end();) {
        const auto next = std::next(entry);
        if (which(*entry->session)) {
          shard->remove(Key(entry->key));
          ++erased;
        }
        entry = next;
      }
    }
  }
  return erased;
}

std::size_t MemoryStore::size() const {
  std::size_t total = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    total += shard->places.size();
  }
  return total;
}

}  // namespace sallyport::store
