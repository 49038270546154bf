#include "authz/policy_document.hpp"

#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

BOOST_AUTO_TEST_SUITE(authz_policy_document_pops)

BOOST_AUTO_TEST_CASE(a_new_pop_has_no_conditions) {
  auto document = PolicyDocument::with_defaults();
  BOOST_TEST(document.pops().empty());
  BOOST_REQUIRE(document.create_pop("Vault", "d"));
  const auto pop = document.find_pop("VAULT").value();
  BOOST_TEST(pop.name.text() == "Vault");
  BOOST_TEST(pop.description == "d");
  BOOST_TEST(!pop.warning);
  BOOST_TEST((pop.protection == Protection::none));
  BOOST_TEST(pop.networks.empty());
  BOOST_TEST((pop.any_other_network == Requirement{}));
  BOOST_TEST(error_of(document.create_pop("vault")) == "already-exists: there is a POP vault already");
  BOOST_TEST(error_of(document.create_pop("")) == "malformed: the name is empty");
  BOOST_TEST(error_of(document.create_pop("x", "two\nlines")).starts_with("malformed: "));
}

BOOST_AUTO_TEST_CASE(what_is_attached_cannot_be_deleted) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_pop("p"));
  BOOST_REQUIRE(document.attach_pop(object("/WebSEAL/s"), "P"));
  BOOST_TEST(error_of(document.delete_pop("p")) == "denied: the POP p is attached to /WebSEAL/s: detach it first");
  BOOST_REQUIRE(document.detach_pop(object("/WebSEAL/s")));
  BOOST_TEST(error_of(document.detach_pop(object("/WebSEAL/s"))) == "not-found: no POP is attached to /WebSEAL/s");
  BOOST_REQUIRE(document.delete_pop("p"));
  BOOST_TEST(error_of(document.delete_pop("p")) == "not-found: there is no POP 'p'");
}

BOOST_AUTO_TEST_CASE(pops_and_lists_are_attached_and_found_apart) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_pop("p"));
  BOOST_REQUIRE(document.create_acl("a"));
  BOOST_REQUIRE(document.attach_pop(object("/"), "p"));
  BOOST_REQUIRE(document.attach(object("/WebSEAL/s"), "a"));
  BOOST_TEST(document.attached_pop(object("/WebSEAL/s")).empty());
  BOOST_TEST(document.effective_pop(object("/WebSEAL/s/x")) == "p");
  BOOST_TEST(document.effective_acl(object("/WebSEAL/s/x")) == "a");
  BOOST_REQUIRE(document.create_pop("q"));
  BOOST_REQUIRE(document.attach_pop(object("/WebSEAL/s/x"), "q"));
  BOOST_TEST(document.attached_pop(object("/WebSEAL/s/x")) == "q");
  BOOST_TEST(document.effective_pop(object("/WebSEAL/s/x/y")) == "q");
  BOOST_TEST(document.pop_attached_to("p").value().size() == 1u);
  BOOST_TEST(document.exists(object("/WebSEAL/s/x")));
  BOOST_TEST(!document.exists(object("/WebSEAL/s/y")));
  BOOST_REQUIRE(document.detach_pop(object("/")));  // the root needs a list, not a POP
  BOOST_TEST(document.effective_pop(object("/WebSEAL")).empty());
}

BOOST_AUTO_TEST_CASE(a_pop_goes_only_where_policy_can_be) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_pop("p"));
  BOOST_TEST(error_of(document.attach_pop(object("/Websea/s"), "p")).starts_with("not-found: there is no object space"));
  BOOST_REQUIRE(document.create_object(object("/WebSEAL/t"), {"", 0, false}));
  BOOST_TEST(error_of(document.attach_pop(object("/WebSEAL/t"), "p")) ==
             "denied: no policy can be attached to /WebSEAL/t");
  BOOST_TEST(error_of(document.attach_pop(object("/WebSEAL/s"), "q")) == "not-found: there is no POP 'q'");
  BOOST_REQUIRE(document.create_object(object("/Other"), {}));
  BOOST_REQUIRE(document.attach_pop(object("/Other/x"), "p"));
  BOOST_TEST(error_of(document.delete_object(object("/Other"))) ==
             "denied: the POP p is attached to /Other/x: detach it first");
  BOOST_TEST(error_of(document.set_object(object("/Other/x"), {"", 0, false})) ==
             "denied: a POP is attached to /Other/x: detach it first");
}

BOOST_AUTO_TEST_CASE(a_level_that_does_not_exist_is_refused) {
  auto document = PolicyDocument::with_defaults({.max_level = 1});
  BOOST_REQUIRE(document.create_pop("p"));
  const std::string error = "malformed: there is no authentication level 2: [authentication-levels] has 0 to 1";
  BOOST_TEST(error_of(document.set_pop_any_other_network("p", {false, 2})) == error);
  BOOST_TEST(error_of(document.set_pop_network("p", network("10.0.0.0", "255.0.0.0"), {false, 2})) == error);
  BOOST_REQUIRE(document.set_pop_any_other_network("p", {false, 1}));
  BOOST_REQUIRE(document.set_pop_network("p", network("10.0.0.0", "255.0.0.0"), {true, 0}));
}

BOOST_AUTO_TEST_CASE(networks_come_and_go) {
  auto document = PolicyDocument::with_defaults({.max_networks = 2});
  BOOST_REQUIRE(document.create_pop("p"));
  BOOST_REQUIRE(document.set_pop_network("p", network("10.0.0.0", "255.0.0.0"), {false, 1}));
  BOOST_REQUIRE(document.set_pop_network("p", network("10.9.9.9", "255.0.0.0"), {false, 2}));
  BOOST_TEST(document.find_pop("p").value().networks.size() == 1u);
  BOOST_REQUIRE(document.set_pop_network("p", network("11.0.0.0", "255.0.0.0"), {false, 2}));
  BOOST_TEST(error_of(document.set_pop_network("p", network("12.0.0.0", "255.0.0.0"), {false, 2})) ==
             "too-large: there are 2 networks in the POP, which is the limit");
  BOOST_REQUIRE(document.remove_pop_network("p", network("10.0.0.0", "255.0.0.0")));
  BOOST_TEST(error_of(document.remove_pop_network("p", network("10.0.0.0", "255.0.0.0"))) ==
             "not-found: the POP p has no entry for the network 10.0.0.0 255.0.0.0");
}

BOOST_AUTO_TEST_SUITE_END()
