// Fills the session store with a million sessions of users with 20 groups each (or as many as the argument says) and
// prints what one costs, and what it takes to find one of them taken at random.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <vector>

#include "async/task_group.hpp"
#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "store/memory_store.hpp"

using namespace sallyport;

namespace {

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// As a login makes it: a credential and tokens of its own.
store::SessionPtr new_session(std::size_t number, TimePoint now) {
  identity::CredentialFields fields;
  fields.user = "user" + std::to_string(number);
  fields.dn = "uid=" + fields.user + ",ou=people,dc=example,dc=com";
  for (int group = 0; group < 20; ++group) fields.groups.push_back("department-" + std::to_string(group));
  fields.method = "password";
  const auto credential = identity::Credential::make(std::move(fields)).value();
  const session::Session first = session::begin(base64url_encoded(crypto::random_bytes(15)),
                                                Secret::take(base64url_encoded(crypto::random_bytes(24))), now);
  return std::make_shared<const session::Session>(
      session::authenticated(first, identity::Subject(credential), base64url_encoded(crypto::random_bytes(15)),
                             Secret::take(base64url_encoded(crypto::random_bytes(24))), now));
}

constexpr std::size_t kSought = 100'000;

// `some`: ids spread over all of them.
async::Task<> fill(store::SessionStore& sessions, std::size_t count, TimePoint now,
                   std::vector<session::SessionId>& some) {
  for (std::size_t i = 0; i < count; ++i) {
    const session::SessionId id = *session::SessionId::from_bytes(crypto::random_bytes(session::SessionId::kBytes));
    store::SessionPtr session = new_session(i, now);
    co_await sessions.insert(id, std::move(session));
    if (i % (count / kSought + 1) == 0) some.push_back(id);
  }
}

async::Task<> find_all(store::SessionStore& sessions, const std::vector<session::SessionId>& sought,
                       std::size_t& found) {
  for (const session::SessionId& id : sought) {
    const Result<store::SessionPtr> session = co_await sessions.find(id);
    if (session && *session) ++found;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000;
  SteadyClock clock;
  async::EventLoop loop(clock);
  store::MemoryStoreLimits limits;
  limits.max_entries = count + count / 4;
  store::MemoryStore sessions(limits, 42);
  const std::size_t before = resident_bytes();
  async::TaskGroup group(async::Context{&loop, nullptr});
  std::vector<session::SessionId> some;
  some.reserve(kSought + 1);
  group.spawn(fill(sessions, count, clock.now(), some));
  loop.run_ready();
  const std::size_t spent = resident_bytes() - before;
  std::shuffle(some.begin(), some.end(), std::mt19937_64(42));
  std::size_t found = 0;
  const auto began = std::chrono::steady_clock::now();
  group.spawn(find_all(sessions, some, found));
  loop.run_ready();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
  if (found != some.size()) {
    std::fprintf(stderr, "session_memory: found %zu of %zu\n", found, some.size());
    return 1;
  }
  std::printf("%zu sessions: %zu MiB, %zu bytes each, %.0f ns to find one\n", sessions.size(), spent >> 20,
              spent / sessions.size(), took.count() / static_cast<double>(found));
}
