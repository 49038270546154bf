#include "login/ldif_registry.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <ctime>
#include <limits>

using namespace sallyport;
using namespace sallyport::login;

namespace {

// "secret" with SHA-256, which is quick.
constexpr const char* kSecret = "userPassword: {CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA\n";

std::string person(const std::string& uid, const std::string& more = "") {
  return "dn: uid=" + uid + ",ou=people,dc=example\nobjectClass: inetOrgPerson\nuid: " + uid + "\ncn: C " + uid +
         "\nsn: S\n" + kSecret + more + "\n";
}

std::string group(const std::string& cn, const std::string& members) {
  return "dn: cn=" + cn + ",ou=groups,dc=example\nobjectClass: groupOfNames\ncn: " + cn + "\n" + members + "\n";
}

Result<std::shared_ptr<const LdifRegistry>> make(const std::string& text) {
  return LdifRegistry::make(parse_ldif(text, LdifLimits{}).value());
}

std::string error_of(const std::string& text) {
  const auto made = make(text);
  return made ? "" : made.error().detail;
}

PasswordVerdict check(const LdifRegistry& registry, std::string_view user, std::string_view password) {
  return registry.check_password(user, Secret(password)).value();
}

bool accepted(const LdifRegistry& registry, std::string_view user, std::string_view password) {
  const auto verdict = check(registry, user, password);
  BOOST_TEST((verdict.outcome == PasswordOutcome::accepted) == verdict.subject.is_authenticated());
  return verdict.subject.is_authenticated();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_ldif_registry)

BOOST_AUTO_TEST_CASE(a_user_logs_in_with_groups_and_attributes) {
  const auto registry =
      make(person("Alice", "mail: a@example\nmail: b@example\n") + person("bob") +
           group("staff", "member: UID=alice, ou=People,dc=example\nmember: uid=bob,ou=people,dc=example\n") +
           group("admins", "member: uid=alice,ou=people,dc=example\n") +
           "dn: cn=unique,dc=example\nobjectClass: groupOfUniqueNames\ncn: unique\n"
           "uniqueMember: uid=alice,ou=people,dc=example\nuniqueMember: uid=gone,dc=example\n")
          .value();
  BOOST_TEST(registry->user_count() == 2u);
  BOOST_TEST(registry->group_count() == 3u);
  const auto verdict = check(*registry, "aLICE", "secret");
  BOOST_TEST((verdict.outcome == PasswordOutcome::accepted));
  const identity::Credential& alice = verdict.subject.credential();
  BOOST_TEST(alice.user().text() == "Alice");
  BOOST_TEST(alice.dn() == "uid=Alice,ou=people,dc=example");
  BOOST_TEST(alice.groups().size() == 3u);
  BOOST_TEST(alice.groups()[0].text() == "admins");
  BOOST_TEST(alice.method() == "password");
  BOOST_TEST(alice.level() == 1);
  BOOST_TEST(alice.find_attribute("MAIL")->values.size() == 2u);
  BOOST_TEST(!alice.find_attribute("userPassword"));
  BOOST_TEST(!alice.find_attribute("objectClass"));
  BOOST_TEST(check(*registry, "bob", "secret").subject.credential().groups().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_and_an_unknown_user_are_rejected) {
  const auto registry = make(person("alice") + "dn: uid=nopw,dc=example\nuid: nopw\n").value();
  BOOST_TEST(accepted(*registry, "alice", "secret"));
  BOOST_TEST(!accepted(*registry, "alice", "Secret"));
  BOOST_TEST(!accepted(*registry, "bob", "secret"));
  BOOST_TEST(!accepted(*registry, "nopw", "secret"));
  BOOST_TEST(!accepted(*registry, "nopw", ""));
  BOOST_TEST(!accepted(*make("").value(), "alice", "secret"));
}

// attack case G1
BOOST_AUTO_TEST_CASE(G1_a_blank_password_is_never_right) {
  const auto registry = make(person("alice")).value();
  for (const std::string_view password : {std::string_view(""), std::string_view(" "), std::string_view("\0", 1),
                                          std::string_view("secret\0", 7), std::string_view("\0secret", 7)}) {
    BOOST_TEST(!accepted(*registry, "alice", password));
  }
  // Not even if somebody stored one: this is the hash of two blanks.
  const auto blank = make("dn: uid=alice\nuid: alice\nuserPassword: {SSHA}IJA2Yjq1fki+WpBDSPUfpSjbQfpzYWx0\n").value();
  BOOST_TEST(!accepted(*blank, "alice", "  "));
}

// attack case G2
BOOST_AUTO_TEST_CASE(G2_a_name_is_one_entry_or_none) {
  const auto registry = make(person("alice")).value();
  for (const std::string& name : {std::string("*"), std::string("a)(uid=*"), std::string("\\00"),
                                  std::string(10000, 'a'), std::string("uid=alice,ou=people,dc=example"),
                                  std::string("alice\0", 6), std::string("ali*"), std::string("")}) {
    BOOST_TEST(!accepted(*registry, name, "secret"), name);
  }
  // The subject is what the registry says, not what was typed.
  BOOST_TEST(check(*registry, " ALICE ", "secret").subject.name() == "alice");
}

BOOST_AUTO_TEST_CASE(an_account_that_is_off_is_told_only_with_the_right_password) {
  const auto registry = make(person("alice", "secAcctValid: FALSE\n") + person("bob", "secAcctValid: TRUE\n") +
                             person("odd", "secAcctValid: maybe\n"))
                            .value();
  BOOST_TEST((check(*registry, "alice", "secret").outcome == PasswordOutcome::account_invalid));
  BOOST_TEST(!check(*registry, "alice", "secret").subject.is_authenticated());
  BOOST_TEST((check(*registry, "alice", "x").outcome == PasswordOutcome::rejected));
  BOOST_TEST(accepted(*registry, "bob", "secret"));
  BOOST_TEST((check(*registry, "odd", "secret").outcome == PasswordOutcome::account_invalid));
}

// attack case F11
BOOST_AUTO_TEST_CASE(F11_an_unknown_user_takes_as_long_as_a_known_one) {
  const auto registry =
      make(
          "dn: uid=slow,dc=example\nuid: slow\nuserPassword: {CRYPT}$y$j9T$fjI326NuG7jnYMxMtdhbS0$"
          "A12ub1VMLCiF9735jcqogOaSyn3b.309hS3u46iC9.9\n\n" +
          std::string("dn: uid=slow2,dc=example\nuid: slow2\nuserPassword: {CRYPT}$y$j9T$fjI326NuG7jnY"
                      "MxMtdhbS0$A12ub1VMLCiF9735jcqogOaSyn3b.309hS3u46iC9.9\n\n") +
          person("quick"))
          .value();
  const auto quickest = [&](std::string_view user) {
    // Processor time: it does not matter what else the machine does.
    auto best = std::numeric_limits<std::clock_t>::max();
    for (int i = 0; i < 5; ++i) {
      const std::clock_t begin = std::clock();
      check(*registry, user, "wrong");
      best = std::min(best, std::clock() - begin);
    }
    return best;
  };
  const auto known = quickest("slow");
  const auto unknown = quickest("nobody");
  BOOST_TEST((unknown > known / 2));
  BOOST_TEST((unknown < known * 2));
}

// attack case F12
BOOST_AUTO_TEST_CASE(F12_a_session_user_is_looked_up_again) {
  const auto registry = make(person("alice") + person("off", "secAcctValid: FALSE\n") +
                             group("staff", "member: uid=alice,ou=people,dc=example\n"))
                            .value();
  BOOST_TEST(registry->find("ALICE").value()->groups().size() == 1u);
  BOOST_TEST((registry->find("gone").error().code == Errc::not_found));
  BOOST_TEST((registry->find("off").error().code == Errc::denied));
}

BOOST_AUTO_TEST_CASE(F12_who_has_changed_has_to_log_in_again) {
  const std::string alice = person("alice");
  const std::string staff = group("staff", "member: uid=alice,ou=people,dc=example\n");
  const auto before = make(alice + staff).value();
  const auto ends_with = [&](const std::string& text) {
    return make(text).value()->ends_sessions_of("ALICE", *before);
  };
  BOOST_TEST(!ends_with(alice + staff));
  BOOST_TEST(!ends_with(person("bob") + person("alice", "description: the same rights\n") + staff + group("none", "")));
  BOOST_TEST(ends_with(person("bob") + staff));
  BOOST_TEST(ends_with(person("alice", "secAcctValid: FALSE\n") + staff));
  std::string other_password = alice;
  other_password.replace(other_password.find("saltsalt"), 8, "tlastlas");
  BOOST_TEST(ends_with(other_password + staff));
  BOOST_TEST(ends_with(alice + group("staff", "member: uid=bob,ou=people,dc=example\n")));
  BOOST_TEST(ends_with(alice + staff + group("other", "member: uid=alice,ou=people,dc=example\n")));
  BOOST_TEST(make(alice).value()->ends_sessions_of("somebody-new", *before));
}

BOOST_AUTO_TEST_CASE(errors_name_the_line_and_nothing_is_taken) {
  BOOST_TEST(error_of(person("alice") + "dn: uid=b,dc=x\nuid: ALICE\n") == "line 8: two users are called ALICE");
  BOOST_TEST(error_of(person("alice") + person("Alice")) == "line 8: two entries for uid=Alice,ou=people,dc=example");
  BOOST_TEST(error_of("dn: uid=a\nuid: a\nuid: b\n") == "line 1: a user has one uid, this entry has 2");
  BOOST_TEST(error_of("dn: alice\nuid: a\n") == "line 1: \"alice\" is no distinguished name");
  BOOST_TEST(error_of("dn: uid=a\nuid: Unauthenticated\n").starts_with("line 1: uid: "));
  BOOST_TEST(error_of("dn: uid=a\nuid: a\nuserPassword: clear\n")
                 .starts_with("line 1: userPassword: the password is not hashed"));
  BOOST_TEST(error_of(person("a", kSecret)) == "line 1: more than one userPassword");
  BOOST_TEST(error_of(group("g", "member: nobody\n")) ==
             "line 1: member of group g: \"nobody\" is no distinguished name");
  BOOST_TEST(error_of(group("g", "") + "dn: cn=g,dc=y\nobjectClass: groupOfNames\ncn: G\n") ==
             "line 5: two groups are called G");
  BOOST_TEST(error_of("dn: cn=g\nobjectClass: groupOfNames\n").starts_with("line 1: cn of a group: "));
}

BOOST_AUTO_TEST_CASE(E8_one_entry_that_fits_is_a_user_and_two_are_nobody) {
  const auto registry = make(person("alice", "mail: a@example\nemployeeType: x\nsecKey: 00ff\n") +
                             person("bob", "mail: b@example\nmail: both@example\nemployeeType: x\n") +
                             person("carol", "mail: both@example\nsecAcctValid: FALSE\nmail: carol@example\n"))
                            .value();
  const auto found = [&](EntryMatch match) {
    const auto user = registry->find_entry(match);
    if (user) return (*user)->user().to_string();
    return std::string(user.error().code == Errc::not_found ? "none" : "refused");
  };
  BOOST_TEST(found({"", {{"MAIL", "A@example"}}}) == "alice");
  BOOST_TEST(found({"", {{"secKey", "00ff"}}}) == "alice");
  BOOST_TEST(found({"", {{"employeeType", "x"}}}) == "refused");
  BOOST_TEST(found({"", {{"employeeType", "x"}, {"mail", "b@example"}}}) == "bob");
  BOOST_TEST(found({"", {{"mail", "both@example"}}}) == "refused");
  BOOST_TEST(found({"", {{"mail", "carol@example"}}}) == "refused");  // switched off
  BOOST_TEST(found({"", {{"mail", "*"}}}) == "none");
  BOOST_TEST(found({"", {{"userPassword", "{CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA"}}}) == "none");
  BOOST_TEST(found({"UID=Alice, ou=people,dc=example", {}}) == "alice");
  BOOST_TEST(found({"uid=alice\\,ou=people,dc=example", {}}) == "none");
  BOOST_TEST(found({"uid=alice\\00,ou=people,dc=example", {}}) == "none");
  BOOST_TEST(found({"uid=alice,ou=people,dc=example,dc=com", {}}) == "none");
  BOOST_TEST(found({"nonsense", {}}) == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
