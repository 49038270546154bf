#include "authz/decide.hpp"
#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

namespace {

void expect(const PolicyDocument& document, const identity::Subject& subject, std::string_view where,
            std::string_view needed, const std::vector<std::string>& lines, const Environment& environment = {}) {
  const auto found = explain(*document.freeze(1), subject, object(where), letters(needed), environment);
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

BOOST_AUTO_TEST_CASE(the_pop_is_told_with_what_it_asks_of_this_client) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_pop("Vault"));
  BOOST_REQUIRE(document.set_pop_any_other_network("vault", {false, 2}));
  BOOST_REQUIRE(document.set_pop_network("vault", network("10.0.0.0", "255.0.0.0"), {true, 0}));
  BOOST_REQUIRE(document.attach_pop(object("/WebSEAL/s"), "vault"));
  const auto tail = [&](const identity::Subject& subject, const Environment& environment) {
    const auto lines =
        explain(*document.freeze(1), subject, object("/WebSEAL/s/x"), letters("r"), environment);
    return lines[lines.size() - 2] + " | " + lines.back();
  };
  Environment environment{*IpAddress::parse("192.0.2.1"), true, 1};
  BOOST_TEST(tail(user("alice"), environment) ==
             "POP Vault at /WebSEAL/s: quality of protection none; 192.0.2.1 needs level 2, the subject has 1 | "
             "step-up: level 2 has to be reached first");
  BOOST_TEST(tail(nobody(), environment) ==
             "POP Vault at /WebSEAL/s: quality of protection none; not looked at | denied: r is missing");
  BOOST_TEST(tail(user("sec_master"), environment) ==
             "POP Vault at /WebSEAL/s: quality of protection none; bypassed by the permission B | permitted: r is granted");
  environment.client = *IpAddress::parse("10.1.2.3");
  BOOST_TEST(tail(user("alice"), environment) ==
             "POP Vault at /WebSEAL/s: quality of protection none; 10.1.2.3 is in a forbidden network | "
             "denied: the network is forbidden");
  BOOST_REQUIRE(document.set_pop_warning("vault", true));
  BOOST_TEST(tail(user("alice"), environment) ==
             "POP Vault at /WebSEAL/s: warning mode, quality of protection none; 10.1.2.3 is in a forbidden network | "
             "permitted by warning mode, otherwise denied: the network is forbidden");
}

BOOST_AUTO_TEST_SUITE_END()
