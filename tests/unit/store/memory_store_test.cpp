#include "store/memory_store.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/async/loop_fixture.hpp"
#include "unit/session/sample.hpp"

using namespace sallyport;
using namespace sallyport::store;

namespace {

session::SessionId id_of(int number) {
  std::string bytes(session::SessionId::kBytes, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (i % 4 * 8));
  return *session::SessionId::from_bytes(bytes);
}

SessionPtr session_of(const std::string& user) {
  session::Session value;
  value.handle = user.empty() ? "visitor" : user;
  if (!user.empty()) value.subject = session::sample_subject(user);
  return std::make_shared<const session::Session>(std::move(value));
}

template <class Awaited, class T>
async::Task<> keep_result(Awaited awaited, std::optional<T>& into) {
  into = co_await std::move(awaited);
}

struct Fixture : async::LoopFixture {
  async::TaskGroup tasks{context()};

  template <template <class> class Awaited, class T>
  T run(Awaited<T> awaited) {
    std::optional<T> result;
    tasks.spawn(keep_result(std::move(awaited), result));
    loop.run_ready();
    BOOST_REQUIRE(result.has_value());
    return std::move(*result);
  }

  SessionPtr find(MemoryStore& store, int number) { return run(store.find(id_of(number))).value(); }
  void insert(MemoryStore& store, int number, const SessionPtr& session) {
    BOOST_REQUIRE(run(store.insert(id_of(number), session)).has_value());
  }
  bool replace(MemoryStore& store, int number, const SessionPtr& seen, const SessionPtr& next) {
    return run(store.replace(id_of(number), seen, next)).value();
  }
  bool rekey(MemoryStore& store, int from, int to, const SessionPtr& seen, const SessionPtr& next,
             const SessionPtr& left = nullptr) {
    return run(store.rekey(id_of(from), id_of(to), seen, next, left)).value();
  }
};

MemoryStoreLimits limits_of(std::size_t users, std::size_t visitors) {
  MemoryStoreLimits limits;
  limits.max_entries = users;
  limits.max_anonymous = visitors;
  return limits;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_store, Fixture)

BOOST_AUTO_TEST_CASE(what_was_inserted_is_found_until_it_is_erased) {
  MemoryStore store(limits_of(10, 10), 1);
  const SessionPtr alice = session_of("alice");
  insert(store, 1, alice);
  BOOST_CHECK(find(store, 1) == alice);
  BOOST_CHECK(find(store, 2) == nullptr);
  BOOST_TEST(store.size() == 1u);
  BOOST_CHECK(run(store.erase(id_of(1))).has_value());
  BOOST_CHECK(find(store, 1) == nullptr);
  BOOST_CHECK(run(store.erase(id_of(1))).has_value());
  BOOST_TEST(store.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_full_store_lets_the_least_recently_used_go) {
  MemoryStore store(limits_of(3, 3), 1);
  for (int i = 1; i <= 3; ++i) insert(store, i, session_of("user" + std::to_string(i)));
  BOOST_CHECK(find(store, 1) != nullptr);  // this is use
  insert(store, 4, session_of("user4"));
  BOOST_CHECK(find(store, 2) == nullptr);
  for (const int kept : {1, 3, 4}) BOOST_CHECK(find(store, kept) != nullptr);
  const SessionPtr third = find(store, 3);
  BOOST_CHECK(find(store, 1) != nullptr);
  BOOST_TEST(replace(store, 4, find(store, 4), session_of("user4")));
  BOOST_TEST(replace(store, 3, third, session_of("user3")));  // so is this
  insert(store, 5, session_of("user5"));
  BOOST_CHECK(find(store, 1) == nullptr);
}

BOOST_AUTO_TEST_CASE(D8_a_flood_of_visitors_ends_no_session_of_a_user) {
  MemoryStore store(limits_of(5, 3), 1);
  for (int i = 1; i <= 5; ++i) insert(store, i, session_of("user" + std::to_string(i)));
  for (int i = 100; i < 1100; ++i) insert(store, i, session_of(""));
  BOOST_TEST(store.size() == 8u);
  for (int i = 1; i <= 5; ++i) BOOST_CHECK(find(store, i) != nullptr);
  for (const int last : {1097, 1098, 1099}) BOOST_CHECK(find(store, last) != nullptr);
  BOOST_CHECK(find(store, 1096) == nullptr);
}

BOOST_AUTO_TEST_CASE(D8_users_do_not_push_visitors_out_either) {
  MemoryStore store(limits_of(3, 3), 1);
  insert(store, 100, session_of(""));
  for (int i = 1; i <= 50; ++i) insert(store, i, session_of("user"));
  BOOST_CHECK(find(store, 100) != nullptr);
  BOOST_TEST(store.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_visitor_who_logs_in_counts_as_a_user_from_then_on) {
  MemoryStore store(limits_of(3, 2), 1);
  const SessionPtr visitor = session_of("");
  insert(store, 1, visitor);
  BOOST_TEST(rekey(store, 1, 2, visitor, session_of("alice")));
  for (int i = 100; i < 110; ++i) insert(store, i, session_of(""));
  BOOST_CHECK(find(store, 2) != nullptr);
}

BOOST_AUTO_TEST_CASE(replace_is_for_the_one_who_saw_the_last_value) {
  MemoryStore store(limits_of(10, 10), 1);
  const SessionPtr first = session_of("alice");
  const SessionPtr second = session_of("alice");
  insert(store, 1, first);
  BOOST_TEST(replace(store, 1, first, second));
  BOOST_TEST(!replace(store, 1, first, session_of("mallory")));
  BOOST_CHECK(find(store, 1) == second);
  BOOST_TEST(!replace(store, 2, second, session_of("mallory")));
  BOOST_CHECK(find(store, 2) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_session_that_was_ended_is_not_brought_back_by_a_late_replace) {
  MemoryStore store(limits_of(10, 10), 1);
  const SessionPtr seen = session_of("alice");
  insert(store, 1, seen);
  run(store.erase(id_of(1)));
  BOOST_TEST(!replace(store, 1, seen, session_of("alice")));
  BOOST_TEST(!rekey(store, 1, 2, seen, session_of("alice")));
  BOOST_TEST(store.size() == 0u);
}

BOOST_AUTO_TEST_CASE(F1_F2_rekey_kills_the_old_id) {
  MemoryStore store(limits_of(10, 10), 1);
  const SessionPtr visitor = session_of("");
  const SessionPtr alice = session_of("alice");
  insert(store, 1, visitor);
  BOOST_TEST(rekey(store, 1, 2, visitor, alice));
  BOOST_CHECK(find(store, 1) == nullptr);
  BOOST_CHECK(find(store, 2) == alice);
  BOOST_TEST(store.size() == 1u);
  // A second login with the old value comes too late.
  BOOST_TEST(!rekey(store, 1, 3, visitor, session_of("mallory")));
  BOOST_CHECK(find(store, 3) == nullptr);
}

BOOST_AUTO_TEST_CASE(F2_rekey_can_leave_something_behind) {
  MemoryStore store(limits_of(10, 10), 1);
  const SessionPtr low = session_of("alice");
  const SessionPtr high = session_of("alice");
  const SessionPtr left = session_of("alice");
  insert(store, 1, low);
  BOOST_TEST(rekey(store, 1, 2, low, high, left));
  BOOST_CHECK(find(store, 1) == left);
  BOOST_CHECK(find(store, 2) == high);
  // A second change with the old value comes too late.
  BOOST_TEST(!rekey(store, 1, 3, low, session_of("mallory")));
}

BOOST_AUTO_TEST_CASE(sessions_are_found_by_their_handles) {
  MemoryStore store(limits_of(10, 10), 1);
  session::Session named = *session_of("alice");
  named.handle = "h";
  const SessionPtr alice = std::make_shared<const session::Session>(named);
  insert(store, 1, alice);
  insert(store, 2, session_of("bob"));
  const auto found = store.with_handles({"h", "other"});
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_CHECK(found.front() == alice);
}

BOOST_AUTO_TEST_CASE(rekey_needs_the_value_that_was_seen) {
  MemoryStore store(limits_of(10, 10), 1);
  const SessionPtr first = session_of("");
  const SessionPtr second = session_of("");
  insert(store, 1, first);
  BOOST_TEST(replace(store, 1, first, second));
  BOOST_TEST(!rekey(store, 1, 2, first, session_of("alice")));
  BOOST_CHECK(find(store, 1) == second);
  BOOST_CHECK(find(store, 2) == nullptr);
}

BOOST_AUTO_TEST_CASE(administrators_list_and_end_sessions_in_all_shards) {
  MemoryStore store(limits_of(100'000, 100'000), 1);
  for (int i = 0; i < 1000; ++i) insert(store, i, session_of(i % 4 == 0 ? "alice" : i % 4 == 1 ? "bob" : ""));
  BOOST_TEST(store.list(10).size() == 10u);
  BOOST_TEST(store.list(100'000).size() == 1000u);
  const auto is_alice = [](const session::Session& session) { return session.handle == "alice"; };
  BOOST_TEST(store.erase_if(is_alice) == 250u);
  BOOST_TEST(store.erase_if(is_alice) == 0u);
  BOOST_TEST(store.size() == 750u);
  BOOST_CHECK(find(store, 4) == nullptr);
  BOOST_CHECK(find(store, 5) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_large_store_holds_its_limit) {
  MemoryStore store(limits_of(2000, 2000), 7);
  for (int i = 0; i < 20'000; ++i) insert(store, i, session_of("user"));
  BOOST_TEST(store.size() == 2000u);
  for (int i = 18'000; i < 20'000; ++i) BOOST_REQUIRE(find(store, i) != nullptr);
}

BOOST_AUTO_TEST_CASE(other_limits_count_at_once) {
  MemoryStore store(limits_of(1000, 1000), 7);
  for (int i = 0; i < 1000; ++i) insert(store, i, session_of(i < 500 ? "user" : ""));
  BOOST_CHECK(find(store, 3) != nullptr);
  store.set_limits(limits_of(1, 10));
  BOOST_TEST(store.size() == 11u);
  BOOST_CHECK(find(store, 3) != nullptr);
  for (int i = 990; i < 1000; ++i) BOOST_CHECK(find(store, i) != nullptr);
  store.set_limits(limits_of(3, 10));
  for (int i = 2000; i < 2002; ++i) insert(store, i, session_of("user"));
  for (const int kept : {3, 2000, 2001}) BOOST_CHECK(find(store, kept) != nullptr);
}

BOOST_AUTO_TEST_CASE(sessions_that_were_used_are_told_from_those_that_were_not) {
  MemoryStore store(limits_of(100, 100), 7);
  for (int i = 0; i < 20; ++i) insert(store, i, session_of("user" + std::to_string(i)));
  insert(store, 50, session_of(""));
  const TimePoint then = std::chrono::steady_clock::now();
  BOOST_TEST(store.active_since(then).empty());
  const SessionPtr used = find(store, 7);
  BOOST_CHECK(find(store, 50) != nullptr);
  const auto active = store.active_since(then);
  BOOST_REQUIRE(active.size() == 1u);
  BOOST_CHECK(active.front() == used);
  BOOST_TEST(store.active_since(TimePoint::min()).size() == 20u);
}

BOOST_AUTO_TEST_CASE(what_is_replaced_from_outside_is_not_used) {
  MemoryStore store(limits_of(100, 100), 7);
  const SessionPtr alice = session_of("alice");
  insert(store, 1, alice);
  insert(store, 2, session_of("bob"));
  insert(store, 3, session_of(""));
  const TimePoint then = std::chrono::steady_clock::now();
  const SessionPtr other = session_of("alice");
  BOOST_TEST(store.replace_if([&](const SessionPtr& s) { return s == alice ? other : SessionPtr(); }) == 1u);
  BOOST_TEST(store.active_since(then).empty());
  BOOST_CHECK(find(store, 1) == other);
  // Who saw the old value comes too late.
  BOOST_TEST(!replace(store, 1, alice, session_of("mallory")));
}

BOOST_AUTO_TEST_SUITE_END()
