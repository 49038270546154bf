#include "store/memory_store.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/secret.hpp"

namespace sallyport::store {
namespace {

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

struct MemoryStore::Shard {
  struct Entry {
    Key key;
    SessionPtr session;
  };
  using List = std::list<Entry>;  // the most recently used in front
  struct Place {
    List* list;
    List::iterator at;
  };

  Shard(const MemoryStoreLimits& l, std::uint64_t seed) : limits(l), places(16, KeyHash{seed}) {}

  void put(const Key& key, SessionPtr session) {
    remove(key);
    const bool is_user = session->subject.is_authenticated();
    List& list = is_user ? users : anonymous;
    list.push_front(Entry{key, std::move(session)});
    places[key] = Place{&list, list.begin()};
    const std::size_t limit = is_user ? limits.max_entries : limits.max_anonymous;
    if (list.size() > limit) remove(Key(list.back().key));
  }
  bool remove(const Key& key) {
    const auto found = places.find(key);
    if (found == places.end()) return false;
    found->second.list->erase(found->second.at);
    places.erase(found);
    return true;
  }
  bool holds(const Key& key, const SessionPtr& seen) const {
    const auto found = places.find(key);
    return found != places.end() && found->second.at->session == seen;
  }

  const MemoryStoreLimits limits;
  mutable std::mutex mutex;
  List users;
  List anonymous;
  std::unordered_map<Key, Place, KeyHash, KeyEqual> places;
};

MemoryStore::MemoryStore(const MemoryStoreLimits& limits, std::uint64_t seed) : seed_(seed) {
  // Each shard keeps its part of the limit; a small store has few shards, so that the parts stay meaningful.
  const std::size_t smaller = std::min(limits.max_entries, limits.max_anonymous);
  const std::size_t count = std::clamp<std::size_t>(smaller / 256, 1, 64);
  MemoryStoreLimits part;
  part.max_entries = std::max<std::size_t>(1, (limits.max_entries + count - 1) / count);
  part.max_anonymous = std::max<std::size_t>(1, (limits.max_anonymous + count - 1) / count);
  for (std::size_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(part, seed * 31 + i));
}

MemoryStore::~MemoryStore() = default;

MemoryStore::Shard& MemoryStore::shard_of(const session::SessionId& id) const {
  return *shards_[mixed(id.bytes().data() + 8, seed_) % shards_.size()];
}

async::Task<Result<SessionPtr>> MemoryStore::find(const session::SessionId& id) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.places.find(key);
  if (found == shard.places.end()) co_return SessionPtr();
  const auto& place = found->second;
  place.list->splice(place.list->begin(), *place.list, place.at);
  co_return place.at->session;
}

async::Task<Result<>> MemoryStore::insert(const session::SessionId& id, SessionPtr session) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  const std::lock_guard lock(shard.mutex);
  shard.put(key, std::move(session));
  co_return Result<>();
}

async::Task<Result<bool>> MemoryStore::replace(const session::SessionId& id, const SessionPtr& seen, SessionPtr next) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  const std::lock_guard lock(shard.mutex);
  if (!shard.holds(key, seen)) co_return false;
  shard.put(key, std::move(next));
  co_return true;
}

async::Task<Result<bool>> MemoryStore::rekey(const session::SessionId& id, const session::SessionId& new_id,
                                             const SessionPtr& seen, SessionPtr next) {
  // The old id dies first: there is no moment at which both work.
  {
    Shard& shard = shard_of(id);
    const Key key = key_of(id);
    const std::lock_guard lock(shard.mutex);
    if (!shard.holds(key, seen)) co_return false;
    shard.remove(key);
  }
  Shard& shard = shard_of(new_id);
  const Key key = key_of(new_id);
  const std::lock_guard lock(shard.mutex);
  shard.put(key, std::move(next));
  co_return true;
}

async::Task<Result<>> MemoryStore::erase(const session::SessionId& id) {
  Shard& shard = shard_of(id);
  const Key key = key_of(id);
  const std::lock_guard lock(shard.mutex);
  shard.remove(key);
  co_return Result<>();
}

std::vector<SessionPtr> MemoryStore::list(std::size_t limit) const {
  std::vector<SessionPtr> out;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (const auto* const list : {&shard->users, &shard->anonymous}) {
      for (const auto& entry : *list) {
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
    for (auto* const list : {&shard->users, &shard->anonymous}) {
      for (auto entry = list->begin(); entry != list->end();) {
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
