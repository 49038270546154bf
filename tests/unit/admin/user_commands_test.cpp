#include "admin/user_commands.hpp"

#include "admin/registry_fixture.hpp"
#include "admin/totp_commands.hpp"

using namespace sallyport;
using namespace sallyport::admin;

namespace {

constexpr const char* kCreateAlice =
    "user create alice uid=alice,dc=example \"Alice Liddell\" Liddell \"correct horse\"";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admin_user_commands, RegistryFixture)

BOOST_AUTO_TEST_CASE(a_new_user_is_an_entry_that_is_not_valid_yet) {
  BOOST_TEST(run(kCreateAlice).changed);
  BOOST_TEST(render_ldif(registry) ==
             "dn: uid=alice,dc=example\n"
             "objectClass: top\n"
             "objectClass: person\n"
             "objectClass: organizationalPerson\n"
             "objectClass: inetOrgPerson\n"
             "uid: alice\n"
             "cn: Alice Liddell\n"
             "sn: Liddell\n"
             "userPassword: {CRYPT}$6$saltsalt$made-for-correct-horse\n"
             "secAcctValid: FALSE\n");
  BOOST_TEST(out("user show Alice") ==
             "Login ID: alice\n"
             "LDAP DN: uid=alice,dc=example\n"
             "LDAP CN: Alice Liddell\n"
             "LDAP SN: Liddell\n"
             "Description:\n"
             "Is SecUser: Yes\n"
             "Is GSO user: No\n"
             "Account valid: No\n"
             "Password valid: Yes\n");
  BOOST_TEST(out("user show-dn \"UID=Alice, DC=example\"") == out("user show alice"));
}

BOOST_AUTO_TEST_CASE(a_user_is_modified) {
  out(kCreateAlice);
  BOOST_TEST(run("user modify ALICE account-valid yes").changed);
  BOOST_TEST(registry.entries[0].value("secAcctValid") == "TRUE");
  out("user modify alice acc no");
  BOOST_TEST(registry.entries[0].value("secAcctValid") == "FALSE");
  out("user modify alice password \"another horse\"");
  BOOST_TEST(registry.entries[0].values("userPassword").size() == 1u);
  BOOST_TEST(registry.entries[0].value("userPassword") == "{CRYPT}$6$saltsalt$made-for-another-one");
  out("user modify alice description \"went down\"");
  BOOST_TEST(out("user show alice").find("Description: went down\n") != std::string::npos);
  out("user modify alice description \"\"");
  BOOST_TEST(!registry.entries[0].has("description"));
  BOOST_TEST(err("user modify alice gsouser yes") == "Error: gsouser is not supported\n");
  BOOST_TEST(err("user modify bob account-valid yes") == "Error: there is no user bob\n");
  BOOST_TEST(run("user modify alice account-valid maybe").exit_code == kMisused);
}

BOOST_AUTO_TEST_CASE(passwords_have_a_length_and_are_never_written) {
  BOOST_TEST(err("user create a uid=a,dc=x A A short") == "Error: the password is too short: at least 8 characters\n");
  BOOST_TEST(err("user create a uid=a,dc=x A A \"\"") == "Error: the password is empty\n");
  out("user create -no-password-policy a uid=a,dc=x A A short");
  BOOST_TEST(err("user create -no-password-policy b uid=b,dc=x A A \"  \"") == "Error: the password is empty\n");
  BOOST_TEST(err("user modify a password short") == "Error: the password is too short: at least 8 characters\n");
  // Eight characters of two bytes each.
  out("user modify a password \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4");
  BOOST_TEST(render_ldif(registry).find("short") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_are_checked) {
  out(kCreateAlice);
  BOOST_TEST(err("user create ALICE uid=other,dc=x A A \"correct horse\"") == "Error: there is a user ALICE already\n");
  BOOST_TEST(
      err("user create bob uid=alice,dc=example B B \"correct horse\"").starts_with("Error: the distinguished name"));
  BOOST_TEST(err("user create bob cn=B,dc=example C B \"correct horse\"").starts_with("Error: the distinguished name"));
  BOOST_TEST(err("user create bob bob B B \"correct horse\"") == "Error: \"bob\" is no distinguished name\n");
  BOOST_TEST(err("user create Unauthenticated uid=Unauthenticated B B \"correct horse\"").find("no user can have") !=
             std::string::npos);
  BOOST_TEST(err("user create \" bob\" uid=bob B B \"correct horse\"").find("begins or ends with a blank") !=
             std::string::npos);
  out("user create bob \"cn=B, dc=example\" B B \"correct horse\"");
  BOOST_TEST(err("user create bob2 \"CN=b,dc=example\" B B \"correct horse\"").find("already") != std::string::npos);
  BOOST_TEST(err("user create -gsouser c uid=c C C \"correct horse\"").find("-gsouser is not supported") !=
             std::string::npos);
  BOOST_TEST(run("user create c uid=c").exit_code == kMisused);
  BOOST_TEST(run("user").exit_code == kMisused);
}

BOOST_AUTO_TEST_CASE(users_are_listed_by_pattern) {
  for (const char* name : {"bob", "alice", "Albert"}) {
    out("user create " + std::string(name) + " uid=" + name + ",dc=x C S \"correct horse\"");
  }
  BOOST_TEST(out("user list * 100") == "Albert\nalice\nbob\n");
  BOOST_TEST(out("user list AL* 100") == "Albert\nalice\n");
  BOOST_TEST(out("user list *b* 1") == "Albert\n");
  BOOST_TEST(out("user list x 100") == "");
  BOOST_TEST(run("user list *").exit_code == kMisused);
}

BOOST_AUTO_TEST_CASE(a_deleted_user_is_in_no_group) {
  out("group create staff cn=staff,dc=example staff");
  out(kCreateAlice + std::string(" staff"));
  out("user create bob uid=bob,dc=example B B \"correct horse\" staff");
  BOOST_TEST(out("user show-groups alice") == "staff\n");
  BOOST_TEST(out("group show-members staff") == "alice\nbob\n");
  BOOST_TEST(run("user delete -registry Alice").changed);
  BOOST_TEST(out("group show-members staff") == "bob\n");
  BOOST_TEST(render_ldif(registry).find("alice") == std::string::npos);
  BOOST_TEST(err("user delete alice") == "Error: there is no user alice\n");
  BOOST_TEST(err("user create carol uid=carol,dc=x C C \"correct horse\" nogroup") ==
             "Error: there is no group nogroup\n");
  BOOST_TEST(err("user show carol") == "Error: there is no user carol\n");
}

// attack case G6
BOOST_AUTO_TEST_CASE(G6_no_name_becomes_a_line_of_the_file) {
  std::vector<std::string> words = {"user", "create", "eve", "uid=eve,dc=x", "E\nuid: admin", "E", "correct horse"};
  const auto output = run_user_command(words, registry, rules);
  BOOST_TEST(output.exit_code == kDone);
  const auto again = login::parse_ldif(render_ldif(registry), login::LdifLimits{}).value();
  BOOST_TEST(again.entries.size() == 1u);
  BOOST_TEST(again.entries[0].values("uid").size() == 1u);
  BOOST_TEST(again.entries[0].value("cn") == "E\nuid: admin");
  BOOST_TEST(out("user show eve").find("LDAP CN: E\\x0auid: admin\n") != std::string::npos);
  words[2] = "e\nuid: admin";
  BOOST_TEST(run_user_command(words, registry, rules).exit_code == kFailed);
}

BOOST_AUTO_TEST_CASE(F15_a_secret_that_is_there_is_changed_by_those_alone_who_may) {
  BOOST_TEST(run(kCreateAlice).changed);
  rules.totp_issuer = "Example";
  const std::string printed = out("user totp enrol Alice");
  BOOST_TEST(printed.starts_with("otpauth://totp/Example:alice?secret="));
  BOOST_TEST(out("user totp show alice") == "enrolled\n");
  BOOST_TEST(out("user totp enrol alice") != printed);
  const Secret other("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  BOOST_CHECK(set_totp_secret(registry, "alice", other, false).error().code == Errc::already_exists);
  BOOST_CHECK(set_totp_secret(registry, "nobody", other, true).error().code == Errc::not_found);
  BOOST_TEST(set_totp_secret(registry, "alice", other, true).has_value());
  BOOST_TEST(render_ldif(registry).find(std::string(other.reveal())) != std::string::npos);
  BOOST_TEST(run("user totp remove alice").changed);
  BOOST_TEST(out("user totp show alice") == "not enrolled\n");
  BOOST_TEST(run("user totp remove alice").exit_code == kFailed);
  BOOST_TEST(run("user totp enrol nobody").exit_code == kFailed);
  BOOST_TEST(run("user totp enrol").exit_code == kMisused);
}

BOOST_AUTO_TEST_SUITE_END()
