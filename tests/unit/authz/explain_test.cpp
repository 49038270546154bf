#include "authz/decide.hpp"
#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

namespace {

void expect(const PolicyDocument& document, const identity::Subject& subject, std::string_view where,
            std::string_view needed, const std::vector<std::string>& lines) {
  const auto found = explain(*document.freeze(1), subject, object(where), letters(needed));
  BOOST_TEST(found == lines, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authz_explain)

BOOST_AUTO_TEST_CASE(each_list_on_the_way_is_told) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_acl("App"));
  BOOST_REQUIRE(document.set_entry("app", of_group("staff"), letters("T")));
  BOOST_REQUIRE(document.set_entry("app", of_group("Admins"), letters("r")));
  BOOST_REQUIRE(document.attach(object("/WebSEAL/s/app"), "app"));
  expect(document, user("alice", {"staff", "admins"}), "/WebSEAL/s/app/x", "r",
         {"object /WebSEAL/s/app/x, subject alice, needs r", "ACL default-root at /: any-other gives T",
          "ACL default-webseal at /WebSEAL: any-other gives Trx",
          "ACL App at /WebSEAL/s/app: group Admins and group staff gives Tr", "permitted: r is granted"});
  expect(document, user("bob"), "/WebSEAL/s/app/x", "r",
         {"object /WebSEAL/s/app/x, subject bob, needs r", "ACL default-root at /: any-other gives T",
          "ACL default-webseal at /WebSEAL: any-other gives Trx", "ACL App at /WebSEAL/s/app: no entry gives nothing",
          "denied: T is missing at /WebSEAL/s/app"});
  expect(
      document, nobody(), "/WebSEAL/s", "rx",
      {"object /WebSEAL/s, subject Unauthenticated, needs rx",
       "ACL default-root at /: unauthenticated (together with any-other) gives T",
       "ACL default-webseal at /WebSEAL: unauthenticated (together with any-other) gives T", "denied: rx is missing"});
  expect(document, user("sec_master"), "/WebSEAL/s", "",
         {"object /WebSEAL/s, subject sec_master, needs nothing", "denied: nothing was asked for"});
}

BOOST_AUTO_TEST_SUITE_END()
