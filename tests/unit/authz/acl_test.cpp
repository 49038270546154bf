#include "authz/acl.hpp"

#include <random>
#include <set>

#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

namespace {

Acl make_acl(std::vector<AclEntry> users, std::vector<AclEntry> groups, std::optional<PermissionSet> any_other,
             std::optional<PermissionSet> unauthenticated) {
  return {name("test"), "", std::move(users), std::move(groups), any_other, unauthenticated};
}

// The rule as the specification tells it, on sets of letters.
std::set<char> by_the_book(const Acl& acl, const identity::Subject& subject) {
  const auto set = [](PermissionSet permissions) {
    const auto text = permissions.to_string();
    return std::set<char>(text.begin(), text.end());
  };
  if (!subject.is_authenticated()) {
    if (!acl.unauthenticated || !acl.any_other) return {};
    std::set<char> out;
    for (const char letter : set(*acl.unauthenticated)) {
      if (set(*acl.any_other).contains(letter)) out.insert(letter);
    }
    return out;
  }
  for (const auto& entry : acl.users) {
    if (entry.who == subject.credential().user()) return set(entry.permissions);
  }
  bool in_any = false;
  std::set<char> out;
  for (const auto& group : subject.credential().groups()) {
    for (const auto& entry : acl.groups) {
      if (entry.who != group) continue;
      in_any = true;
      out.merge(set(entry.permissions));
    }
  }
  if (in_any) return out;
  return acl.any_other ? set(*acl.any_other) : std::set<char>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authz_acl)

BOOST_AUTO_TEST_CASE(a_users_own_entry_is_the_only_one_that_counts) {
  const auto acl = make_acl({{name("Alice"), letters("r")}, {name("bob"), letters("")}},
                            {{name("staff"), letters("Trx")}}, letters("Tl"), letters("T"));
  BOOST_TEST(match(acl, user("ALICE", {"staff"})).permissions.to_string() == "r");
  BOOST_TEST((match(acl, user("alice")).matched == Matched::user));
  BOOST_TEST(match(acl, user("bob", {"staff"})).permissions.to_string() == "");
}

BOOST_AUTO_TEST_CASE(all_of_a_users_groups_count_together) {
  const auto acl =
      make_acl({}, {{name("admins"), letters("m")}, {name("empty"), letters("")}, {name("staff"), letters("Tr")}},
               letters("Tl"), {});
  BOOST_TEST(match(acl, user("alice", {"STAFF", "Admins"})).permissions.to_string() == "Tmr");
  BOOST_TEST((match(acl, user("alice", {"staff"})).matched == Matched::groups));
  // An empty entry denies those who have no other.
  BOOST_TEST(match(acl, user("alice", {"empty"})).permissions.to_string() == "");
  BOOST_TEST(match(acl, user("alice", {"empty", "staff"})).permissions.to_string() == "Tr");
}

BOOST_AUTO_TEST_CASE(everybody_else_is_any_other) {
  const auto acl = make_acl({{name("bob"), letters("r")}}, {{name("staff"), letters("r")}}, letters("Tl"), {});
  BOOST_TEST(match(acl, user("alice", {"others"})).permissions.to_string() == "Tl");
  BOOST_TEST((match(acl, user("alice")).matched == Matched::any_other));
  BOOST_TEST((match(make_acl({}, {}, {}, letters("Tr")), user("alice")).matched == Matched::nothing));
}

BOOST_AUTO_TEST_CASE(nobody_gets_no_more_than_any_other) {
  BOOST_TEST(match(make_acl({}, {}, letters("Tx"), letters("Tr")), nobody()).permissions.to_string() == "T");
  BOOST_TEST((match(make_acl({}, {}, {}, letters("Tr")), nobody()).matched == Matched::nothing));
  BOOST_TEST((match(make_acl({}, {}, letters("Tr"), {}), nobody()).matched == Matched::nothing));
  BOOST_TEST(match(make_acl({}, {}, {}, letters("Tr")), nobody()).permissions.empty());
}

BOOST_AUTO_TEST_CASE(a_user_named_like_a_group_gets_nothing_from_it) {
  const auto acl = make_acl({}, {{name("staff"), letters("r")}}, {}, {});
  BOOST_TEST(match(acl, user("staff")).permissions.empty());
}

BOOST_AUTO_TEST_CASE(random_lists_and_users_are_matched_by_the_book) {
  std::mt19937 random(20260701);
  const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  const auto random_set = [&] {
    std::string text;
    for (const char letter : kPermissionLetters) {
      if (pick(4) == 0) text += letter;
    }
    return letters(text);
  };
  const std::vector<std::string> names = {"a", "B", "c", "D", "e"};
  int permitted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<AclEntry> users;
    std::vector<AclEntry> groups;
    for (const auto& one : names) {
      if (pick(3) == 0) users.push_back({name(one), random_set()});
      if (pick(3) == 0) groups.push_back({name(one), random_set()});
    }
    const auto acl = make_acl(users, groups, pick(3) ? std::optional(random_set()) : std::nullopt,
                              pick(3) ? std::optional(random_set()) : std::nullopt);
    std::vector<std::string> member_of;
    for (const auto& one : names) {
      if (pick(3) == 0) member_of.push_back(pick(2) ? one : std::string(1, static_cast<char>(one[0] ^ 0x20)));
    }
    const auto subject = pick(4) == 0 ? nobody() : user(names[pick(5)] + (pick(2) ? "" : "x"), member_of);
    std::string expected;
    const auto book = by_the_book(acl, subject);
    for (const char letter : kPermissionLetters) {
      if (book.contains(letter)) expected += letter;
    }
    BOOST_REQUIRE(match(acl, subject).permissions.to_string() == expected);
    permitted += !expected.empty();
  }
  BOOST_TEST(permitted > 5000);
  BOOST_TEST(permitted < 19000);
}

BOOST_AUTO_TEST_SUITE_END()
