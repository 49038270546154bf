#include "admin/registry_fixture.hpp"

using namespace sallyport;
using namespace sallyport::admin;

BOOST_FIXTURE_TEST_SUITE(admin_group_commands, RegistryFixture)

BOOST_AUTO_TEST_CASE(a_group_is_created_shown_and_deleted) {
  BOOST_TEST(run("group create staff cn=staff,dc=example \"All staff\"").changed);
  BOOST_TEST(out("group show STAFF") ==
             "Group ID: staff\n"
             "LDAP DN: cn=staff,dc=example\n"
             "Description:\n"
             "LDAP CN: All staff\n"
             "Is SecGroup: Yes\n");
  BOOST_TEST(err("group create Staff cn=x,dc=example x") == "Error: there is a group Staff already\n");
  BOOST_TEST(err("group create other cn=staff,dc=example x").find("already") != std::string::npos);
  BOOST_TEST(err("group create other nodn x") == "Error: \"nodn\" is no distinguished name\n");
  out("group modify staff description \"everybody\"");
  BOOST_TEST(out("group show staff").find("Description: everybody\n") != std::string::npos);
  BOOST_TEST(out("group list * 10") == "staff\n");
  BOOST_TEST(run("group delete staff").changed);
  BOOST_TEST(registry.entries.empty());
  BOOST_TEST(err("group delete staff") == "Error: there is no group staff\n");
  BOOST_TEST(err("group show \"\"") == "Error: there is no group \n");
  BOOST_TEST(run("group frobnicate").exit_code == kMisused);
}

BOOST_AUTO_TEST_CASE(members_come_and_go_all_or_none) {
  registry = login::parse_ldif(
                 "dn: uid=Alice,dc=x\nuid: Alice\n\n"
                 "dn: uid=bob,dc=x\nuid: bob\n\n"
                 "dn: cn=g,dc=x\nobjectClass: groupOfUniqueNames\ncn: g\nuniqueMember: UID=alice, dc=X\n",
                 login::LdifLimits{})
                 .value();
  BOOST_TEST(out("group show-members g") == "Alice\n");
  BOOST_TEST(err("group modify g add bob alice") == "Error: alice is a member of g already\n");
  BOOST_TEST(out("group show-members g") == "Alice\n");
  BOOST_TEST(run("group modify g add BOB").changed);
  BOOST_TEST(registry.entries[2].values("uniqueMember").size() == 2u);
  BOOST_TEST(out("user show-groups bob") == "g\n");
  BOOST_TEST(err("group modify g remove bob carol") == "Error: there is no user carol\n");
  BOOST_TEST(run("group modify g remove bob alice").changed);
  BOOST_TEST(out("group show-members g") == "");
  BOOST_TEST(err("group modify g remove bob") == "Error: bob is no member of g\n");
  BOOST_TEST(err("group modify other add bob") == "Error: there is no group other\n");
}

BOOST_AUTO_TEST_SUITE_END()
