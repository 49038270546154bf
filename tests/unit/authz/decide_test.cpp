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
  return decide(*policy, subject, object(std::string(kServer) + std::string(path)), MethodMap::standard(), Environment(),
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
      decide(*policy, nobody(), object("/WebSEAL/www-default/pub"), MethodMap::standard(), Environment(), {"GET", 1});
  BOOST_TEST(refusal(decision) == "no_traverse default-root / login");
}

BOOST_AUTO_TEST_CASE(A13_unknown_methods_are_denied_whoever_asks) {
  BOOST_TEST(refusal(ask(user("sec_master"), "/pub", "JEFF")) == "unknown_method  ");
  BOOST_TEST(refusal(ask(nobody(), "/pub", "get")) == "unknown_method  ");
}

BOOST_AUTO_TEST_CASE(F17_what_cannot_be_evaluated_is_denied) {
  const auto policy = sample().freeze(1);
  BOOST_TEST(refusal(decide(*policy, user("sec_master"), object("/WebSEAL"), PermissionSet(), Environment(), {"GET", 1})) ==
             "evaluation_error  ");
}

BOOST_AUTO_TEST_CASE(a_permit_says_for_whom_and_what_it_is) {
  auto decision = ask(user("Alice", {"staff"}), "/staff/x", "PUT");
  BOOST_REQUIRE(permitted(decision));
  const Permit permit = std::get<Permit>(std::move(decision));
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
  BOOST_TEST(permitted(decide(*policy, user("sec_master"), object("/WebSEAL/www-default"), control, Environment(), {})));
  BOOST_TEST(!permitted(decide(*policy, user("alice"), object("/WebSEAL/www-default"), control, Environment(), {})));
}

namespace {

// As sample(), with this said of the POP "p" at /pub and /staff.
template <class Change>
PolicyDocument with_pop(Change change) {
  auto document = sample();
  BOOST_REQUIRE(document.create_pop("p"));
  change(document);
  for (const auto* const where : {"/pub", "/staff"}) {
    BOOST_REQUIRE(document.attach_pop(object(std::string(kServer) + where), "P"));
  }
  return document;
}

Environment from(std::string_view address, int level = 1, bool secure = true) {
  return {*IpAddress::parse(address), secure, level};
}

// "permit", "permit with warning ...", "level 2 by p at ...", or the denial's reason.
std::string judged(const PolicyDocument& document, const identity::Subject& subject, std::string_view path,
                   const Environment& environment, std::string method = "GET") {
  const auto decision = decide(*document.freeze(7), subject, object(std::string(kServer) + std::string(path)),
                               MethodMap::standard(), environment, {std::move(method), 42});
  if (const auto* permit = std::get_if<Permit>(&decision)) {
    return permit->warning() ? "permit in spite of " + std::string(name_of(*permit->warning())) : "permit";
  }
  if (const auto* step_up = std::get_if<StepUp>(&decision)) {
    return "level " + std::to_string(step_up->level) + " by " + step_up->pop + " at " + step_up->pop_object;
  }
  return std::string(name_of(std::get<Denial>(decision).reason));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_level_that_is_missing_is_a_step_up_and_no_permit) {
  const auto document =
      with_pop([](auto& d) { BOOST_REQUIRE(d.set_pop_any_other_network("p", {false, 2})); });
  const std::string wanted = "level 2 by p at /WebSEAL/www-default/pub";
  BOOST_TEST(judged(document, user("alice"), "/pub/x", from("192.0.2.1", 1)) == wanted);
  BOOST_TEST(judged(document, nobody(), "/pub/x", from("192.0.2.1", 0)) == wanted);
  BOOST_TEST(judged(document, user("alice"), "/pub/x", from("192.0.2.1", 2)) == "permit");
  BOOST_TEST(judged(document, user("alice"), "/pub/x", from("192.0.2.1", 3)) == "permit");
  BOOST_TEST(judged(document, user("alice"), "/elsewhere", from("192.0.2.1", 1)) == "permit");
}

BOOST_AUTO_TEST_CASE(F15_what_the_list_denies_needs_no_step_up) {
  const auto document =
      with_pop([](auto& d) { BOOST_REQUIRE(d.set_pop_any_other_network("p", {false, 2})); });
  BOOST_TEST(judged(document, user("bob"), "/staff/x", from("192.0.2.1", 1)) == "no_traverse");
  BOOST_TEST(judged(document, user("alice"), "/pub/x", from("192.0.2.1", 1), "DELETE") == "no_permission");
}

BOOST_AUTO_TEST_CASE(networks_the_connection_and_the_level_are_asked_in_this_order) {
  const auto document = with_pop([](auto& d) {
    BOOST_REQUIRE(d.set_pop_any_other_network("p", {false, 1}));
    BOOST_REQUIRE(d.set_pop_protection("p", Protection::integrity));
    BOOST_REQUIRE(d.set_pop_network("p", network("10.0.0.0", "255.0.0.0"), {true, 0}));
    BOOST_REQUIRE(d.set_pop_network("p", network("10.1.0.0", "255.255.0.0"), {false, 0}));
  });
  BOOST_TEST(judged(document, nobody(), "/pub", from("10.2.0.1", 0, false)) == "forbidden_network");
  BOOST_TEST(judged(document, nobody(), "/pub", from("10.1.0.1", 0, false)) == "privacy_required");
  BOOST_TEST(judged(document, nobody(), "/pub", from("10.1.0.1", 0)) == "permit");
  BOOST_TEST(judged(document, nobody(), "/pub", from("192.0.2.1", 0, false)) == "privacy_required");
  BOOST_TEST(judged(document, nobody(), "/pub", from("192.0.2.1", 0)) == "level 1 by p at /WebSEAL/www-default/pub");
}

BOOST_AUTO_TEST_CASE(who_has_B_is_free_of_the_conditions) {
  const auto document = with_pop([](auto& d) {
    BOOST_REQUIRE(d.set_pop_any_other_network("p", {true, 0}));
    BOOST_REQUIRE(d.set_entry("public", of_group("helpers"), letters("TrB")));
  });
  BOOST_TEST(judged(document, user("alice", {"helpers"}), "/pub/x", from("192.0.2.1", 1, false)) == "permit");
  BOOST_TEST(judged(document, user("alice"), "/pub/x", from("192.0.2.1", 9)) == "forbidden_network");
}

BOOST_AUTO_TEST_CASE(the_nearest_pop_counts_alone_and_apart_from_the_lists) {
  auto document = with_pop([](auto& d) { BOOST_REQUIRE(d.set_pop_any_other_network("p", {false, 2})); });
  BOOST_REQUIRE(document.create_pop("root"));
  BOOST_REQUIRE(document.set_pop_any_other_network("root", {true, 0}));
  BOOST_REQUIRE(document.attach_pop(object("/"), "root"));
  BOOST_REQUIRE(document.create_pop("free"));
  BOOST_REQUIRE(document.attach_pop(object(std::string(kServer) + "/pub/a/b"), "free"));
  BOOST_TEST(judged(document, user("alice"), "/x", from("192.0.2.1")) == "forbidden_network");
  BOOST_TEST(judged(document, user("alice"), "/pub/a", from("192.0.2.1")) ==
             "level 2 by p at /WebSEAL/www-default/pub");
  BOOST_TEST(judged(document, user("alice"), "/pub/a/b/c", from("192.0.2.1")) == "permit");
}

BOOST_AUTO_TEST_CASE(warning_mode_holds_nobody_up_but_says_who_would_be) {
  const auto document = with_pop([](auto& d) {
    BOOST_REQUIRE(d.set_pop_warning("p", true));
    BOOST_REQUIRE(d.set_pop_any_other_network("p", {false, 2}));
    BOOST_REQUIRE(d.set_pop_network("p", network("10.0.0.0", "255.0.0.0"), {true, 0}));
  });
  BOOST_TEST(judged(document, user("alice"), "/pub", from("192.0.2.1", 2)) == "permit");
  BOOST_TEST(judged(document, user("alice"), "/pub", from("192.0.2.1", 1)) == "permit in spite of level_too_low");
  BOOST_TEST(judged(document, user("alice"), "/pub", from("10.0.0.1", 2)) == "permit in spite of forbidden_network");
  BOOST_TEST(judged(document, nobody(), "/staff/x", from("192.0.2.1", 0)) == "permit in spite of no_traverse");
  BOOST_TEST(judged(document, nobody(), "/pub", from("192.0.2.1", 0), "PUT") == "permit in spite of no_permission");
  // What is no matter of policy stays denied (attack cases A13, F17).
  BOOST_TEST(judged(document, nobody(), "/pub", from("192.0.2.1", 0), "JEFF") == "unknown_method");
  BOOST_TEST(refusal(decide(*document.freeze(1), user("alice"), object(std::string(kServer) + "/pub"), PermissionSet(),
                            from("192.0.2.1", 2), {"GET", 1})) == "evaluation_error  ");
}

BOOST_AUTO_TEST_CASE(a_permit_and_a_denial_know_their_pop) {
  const auto document = with_pop([](auto& d) {
    BOOST_REQUIRE(d.set_pop_network("p", network("10.0.0.0", "255.0.0.0"), {true, 0}));
  });
  const auto policy = document.freeze(7);
  const auto ask_from = [&](std::string_view path, std::string_view address) {
    return decide(*policy, user("alice"), object(std::string(kServer) + std::string(path)),
                  MethodMap::standard(), from(address), {"GET", 1});
  };
  BOOST_TEST(std::get<Permit>(ask_from("/pub", "192.0.2.1")).pop() == "p");
  BOOST_TEST(std::get<Permit>(ask_from("/x", "192.0.2.1")).pop().empty());
  const auto denied = ask_from("/pub/x", "10.0.0.1");
  BOOST_TEST(std::get<Denial>(denied).pop == "p");
  BOOST_TEST(std::get<Denial>(denied).pop_object == "/WebSEAL/www-default/pub");
  BOOST_TEST(!std::get<Denial>(denied).login_could_help);
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
    const auto decision = decide(*policy, subject, target, MethodMap::standard(), Environment(), {"GET", 1});
    BOOST_REQUIRE(permitted(decision) == expected);
    permits += expected;
    no_traverse += refusal(decision).starts_with("no_traverse");
  }
  BOOST_TEST(permits > 300);
  BOOST_TEST(no_traverse > 300);
}

BOOST_AUTO_TEST_SUITE_END()
