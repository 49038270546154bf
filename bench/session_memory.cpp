// Fills the session store with a million sessions of users with 20 groups each (or as many as the argument says) and
// prints what one costs.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

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

async::Task<> fill(store::SessionStore& sessions, std::size_t count, TimePoint now) {
  for (std::size_t i = 0; i < count; ++i) {
    const session::SessionId id = *session::SessionId::from_bytes(crypto::random_bytes(session::SessionId::kBytes));
    store::SessionPtr session = new_session(i, now);
    co_await sessions.insert(id, std::move(session));
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
  group.spawn(fill(sessions, count, clock.now()));
  loop.run_ready();
  const std::size_t spent = resident_bytes() - before;
  std::printf("%zu sessions: %zu MiB, %zu bytes each\n", sessions.size(), spent >> 20, spent / sessions.size());
}
