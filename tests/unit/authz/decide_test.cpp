#include "authz/decide.hpp"

#include <random>
#include <type_traits>

#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

static_assert(!std::is_copy_constructible_v<Permit> && !std::is_copy_assignable_v<Permit>);
static_assert(!std::is_default_constructible_v<Permit>);
static_assert(!std::is_constructible_v<Permit, identity::Subject, ObjectName, Request, std::uint64_t, std::string>);
static_assert(std::is_move_constructible_v<Permit>);

namespace {

constexpr std::string_view kServer = "/WebSEAL/www-default";

// The default policy, with /pub open to all, /staff for a group, and /closed not to be passed.
PolicyDocument sample() {
  auto document = PolicyDocument::with_defaults();
  const auto add = [&](std::string_view acl, std::string_view where,
                       std::vector<std::pair<EntryKey, const char*>> entries) {
    BOOST_REQUIRE(document.create_acl(acl));
    for (const auto& [key, permissions] : entries) BOOST_REQUIRE(document.set_entry(acl, key, letters(permissions)));
    BOOST_REQUIRE(document.attach(object(std::string(kServer) + std::string(where)), acl));
  };
  add("public", "/pub", {{kAnyOther, "Tr"}, {kUnauthenticated, "Tr"}});
  add("staff", "/staff", {{of_group("staff"), "Trm"}, {of_user("mallory"), ""}});
  add("closed", "/closed", {{kAnyOther, "rx"}, {kUnauthenticated, "rx"}});
  add("inside", "/closed/a/open", {{kAnyOther, "Trx"}, {kUnauthenticated, "Trx"}});
  return document;
}

Decision ask(const identity::Subject& subject, std::string_view path, std::string method = "GET") {
  static const auto policy = sample().freeze(7);
  return decide(*policy, subject, object(std::string(kServer) + std::string(path)), MethodMap::standard(),
                {std::move(method), 42});
}

bool permitted(const Decision& decision) {
  return std::holds_alternative<Permit>(decision);
}

std::string refusal(const Decision& decision) {
  const auto* denial = std::get_if<Denial>(&decision);
  if (denial == nullptr) return "permitted";
  return std::string(name_of(denial->reason)) + " " + denial->acl + " " + denial->acl_object +
         (denial->login_could_help ? " login" : "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authz_decide)

BOOST_AUTO_TEST_CASE(out_of_the_box_users_read_and_nobody_else_does) {
  BOOST_TEST(permitted(ask(user("alice"), "/x/y")));
  BOOST_TEST(refusal(ask(nobody(), "/x/y")) == "no_permission default-webseal /WebSEAL login");
  BOOST_TEST(refusal(ask(user("alice"), "/x/y", "PUT")) == "no_permission default-webseal /WebSEAL");
  BOOST_TEST(permitted(ask(user("sec_master"), "/x/y", "PUT")));
  BOOST_TEST(permitted(ask(user("root", {"iv-admin"}), "/x/y", "DELETE")));
}

BOOST_AUTO_TEST_CASE(the_nearest_list_counts_alone) {
  BOOST_TEST(permitted(ask(nobody(), "/pub")));
  BOOST_TEST(permitted(ask(nobody(), "/pub/deep/er")));
  BOOST_TEST(refusal(ask(nobody(), "/public")) == "no_permission default-webseal /WebSEAL login");
  BOOST_TEST(permitted(ask(user("alice", {"staff"}), "/staff/x", "PUT")));
  BOOST_TEST(refusal(ask(user("alice"), "/staff/x")) == "no_traverse staff /WebSEAL/www-default/staff");
  BOOST_TEST(refusal(ask(user("mallory", {"staff"}), "/staff/x")) == "no_traverse staff /WebSEAL/www-default/staff");
  BOOST_TEST(refusal(ask(user("alice"), "/staff")) == "no_permission staff /WebSEAL/www-default/staff");
  // iv-admin may do everything by default, but this list does not know the group.
  BOOST_TEST(!permitted(ask(user("root", {"iv-admin"}), "/staff/x")));
}

BOOST_AUTO_TEST_CASE(every_container_on_the_way_has_to_be_traversed) {
  BOOST_TEST(permitted(ask(user("alice"), "/closed")));  // itself, not through it
  BOOST_TEST(refusal(ask(user("alice"), "/closed/a")) == "no_traverse closed /WebSEAL/www-default/closed");
  BOOST_TEST(refusal(ask(user("alice"), "/closed/a/open")) == "no_traverse closed /WebSEAL/www-default/closed");
  BOOST_TEST(refusal(ask(nobody(), "/closed/a/open/x")) == "no_traverse closed /WebSEAL/www-default/closed login");
}

BOOST_AUTO_TEST_CASE(who_has_no_entry_at_the_root_sees_nothing) {
  auto document = sample();
  BOOST_REQUIRE(document.remove_entry("default-root", kUnauthenticated));
  const auto policy = document.freeze(8);
  const auto decision =
      decide(*policy, nobody(), object("/WebSEAL/www-default/pub"), MethodMap::standard(), {"GET", 1});
  BOOST_TEST(refusal(decision) == "no_traverse default-root / login");
}

BOOST_AUTO_TEST_CASE(A13_unknown_methods_are_denied_whoever_asks) {
  BOOST_TEST(refusal(ask(user("sec_master"), "/pub", "JEFF")) == "unknown_method  ");
  BOOST_TEST(refusal(ask(nobody(), "/pub", "get")) == "unknown_method  ");
}

BOOST_AUTO_TEST_CASE(F17_what_cannot_be_evaluated_is_denied) {
  const auto policy = sample().freeze(1);
  BOOST_TEST(refusal(decide(*policy, user("sec_master"), object("/WebSEAL"), PermissionSet(), {"GET", 1})) ==
             "evaluation_error  ");
}

BOOST_AUTO_TEST_CASE(a_permit_says_for_whom_and_what_it_is) {
  auto decision = ask(user("Alice", {"staff"}), "/staff/x", "PUT");
  BOOST_REQUIRE(permitted(decision));
  const Permit permit = std::get<Permit>(std::move(decision));
  BOOST_TEST(permit.subject().name() == "Alice");
  BOOST_TEST(permit.object().text() == "/WebSEAL/www-default/staff/x");
  BOOST_TEST(permit.method() == "PUT");
  BOOST_TEST(permit.acl() == "staff");
  BOOST_TEST(permit.generation() == 7u);
  BOOST_TEST(permit.audit_id() == 42u);
}

BOOST_AUTO_TEST_CASE(a_denial_says_what_was_missing) {
  const auto decision = ask(user("alice"), "/pub/x", "DELETE");
  const auto& denial = std::get<Denial>(decision);
  BOOST_TEST(denial.needed.to_string() == "d");
  BOOST_TEST(denial.granted.to_string() == "Tr");
  BOOST_TEST(denial.object.text() == "/WebSEAL/www-default/pub/x");
  BOOST_TEST(denial.subject.name() == "alice");
  BOOST_TEST(denial.request.method == "DELETE");
  BOOST_TEST(denial.generation == 7u);
}

BOOST_AUTO_TEST_CASE(operations_that_are_no_requests_are_judged_the_same_way) {
  const auto policy = sample().freeze(1);
  const auto control = PermissionSet::of("c");
  BOOST_TEST(permitted(decide(*policy, user("sec_master"), object("/WebSEAL/www-default"), control, {})));
  BOOST_TEST(!permitted(decide(*policy, user("alice"), object("/WebSEAL/www-default"), control, {})));
}

// A long name costs what is attached on its way, not its length squared: this would take minutes.
BOOST_AUTO_TEST_CASE(D2_a_deep_path_is_judged_in_no_time) {
  std::string path = "/pub";
  for (int i = 0; i < 4000; ++i) path += "/a";
  for (int i = 0; i < 2000; ++i) BOOST_REQUIRE(permitted(ask(nobody(), path)));
}

// The rule of the specification without the shortcut: T at every container, from the list that counts there.
BOOST_AUTO_TEST_CASE(random_policies_are_judged_as_if_every_container_was_asked) {
  std::mt19937 random(4711);
  const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  const std::vector<std::string> segments = {"a", "b", "ab"};
  const auto random_object = [&](unsigned max_depth) {
    std::string text = "/WebSEAL";
    for (unsigned depth = pick(max_depth + 1); depth > 0; --depth) text += "/" + segments[pick(3)];
    return object(text);
  };
  int permits = 0;
  int no_traverse = 0;
  for (int round = 0; round < 2000; ++round) {
    auto document = PolicyDocument::with_defaults();
    for (int i = 0; i < 5; ++i) {
      const auto acl = "acl" + std::to_string(i);
      BOOST_REQUIRE(document.create_acl(acl));
      if (pick(4)) BOOST_REQUIRE(document.set_entry(acl, kAnyOther, letters(pick(4) ? "Tr" : (pick(2) ? "r" : "T"))));
      if (pick(2)) BOOST_REQUIRE(document.set_entry(acl, kUnauthenticated, letters(pick(3) ? "Tr" : "r")));
      if (pick(3) == 0) BOOST_REQUIRE(document.set_entry(acl, of_user("alice"), letters(pick(2) ? "Tr" : "")));
      BOOST_REQUIRE(document.attach(random_object(3), acl));
    }
    const auto policy = document.freeze(1);
    const auto target = random_object(5);
    const auto subject = pick(2) ? user("alice") : nobody();
    const auto granted_at = [&](const ObjectName& where) {
      return match(document.find_acl(document.effective_acl(where)).value(), subject).permissions;
    };
    bool expected = granted_at(target).contains(letters("r"));
    for (auto where = target; !where.is_root();) {
      where = where.parent();
      expected = expected && granted_at(where).contains(kTraverse);
    }
    const auto decision = decide(*policy, subject, target, MethodMap::standard(), {"GET", 1});
    BOOST_REQUIRE(permitted(decision) == expected);
    permits += expected;
    no_traverse += refusal(decision).starts_with("no_traverse");
  }
  BOOST_TEST(permits > 300);
  BOOST_TEST(no_traverse > 300);
}

BOOST_AUTO_TEST_SUITE_END()
