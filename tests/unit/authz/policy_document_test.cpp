#include "authz/policy_document.hpp"

#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

namespace {

std::vector<std::string> texts(const std::vector<ObjectName>& names) {
  std::vector<std::string> out;
  for (const auto& one : names) out.push_back(one.text());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authz_policy_document)

BOOST_AUTO_TEST_CASE(the_default_lists_are_attached) {
  const auto document = PolicyDocument::with_defaults();
  BOOST_TEST(document.attached_acl(object("/")) == "default-root");
  BOOST_TEST(document.attached_acl(object("/WebSEAL")) == "default-webseal");
  BOOST_TEST(document.attached_acl(object("/Management")) == "default-management");
  const auto webseal = document.find_acl("DEFAULT-WEBSEAL").value();
  BOOST_TEST(find_entry(webseal.groups, name("iv-admin"))->permissions.to_string() == "TcmdbsvaBRrxl");
  BOOST_TEST(find_entry(webseal.groups, name("webseal-servers"))->permissions.to_string() == "Tgmdbsrxl");
  BOOST_TEST(find_entry(webseal.users, name("sec_master"))->permissions.to_string() == "TcmdbsvaBRrxl");
  BOOST_TEST(webseal.any_other->to_string() == "Trx");
  BOOST_TEST(webseal.unauthenticated->to_string() == "T");
}

BOOST_AUTO_TEST_CASE(lists_are_made_found_and_deleted_whatever_the_case_of_their_names) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_acl("Shop", "the shop"));
  BOOST_TEST(error_of(document.create_acl("SHOP")) == "already-exists: there is an ACL SHOP already");
  BOOST_TEST(document.find_acl("shop")->description == "the shop");
  BOOST_TEST(document.find_acl("shop")->name.text() == "Shop");
  BOOST_REQUIRE(document.set_acl_description("shop", "another"));
  BOOST_TEST(document.find_acl("shop")->description == "another");
  BOOST_REQUIRE(document.delete_acl("sHOP"));
  BOOST_TEST(error_of(document.find_acl("shop")) == "not-found: there is no ACL 'shop'");
  BOOST_TEST(error_of(document.delete_acl("shop")) == "not-found: there is no ACL 'shop'");
}

BOOST_AUTO_TEST_CASE(G6_names_and_descriptions_that_could_break_a_file_are_refused) {
  auto document = PolicyDocument::with_defaults();
  BOOST_TEST(!document.create_acl(""));
  BOOST_TEST(!document.create_acl("a\nb"));
  BOOST_TEST(!document.create_acl("a\"b"));
  BOOST_TEST(!document.create_acl("a", "line\nbreak"));
  BOOST_TEST(!document.create_acl("a", "\xff"));
  BOOST_TEST(!document.create_acl("a", std::string(1025, 'x')));
  BOOST_TEST(!document.set_acl_description("default-root", "\x1b[31m"));
  BOOST_TEST(!document.set_object(object("/WebSEAL/s"), {"\n", 0, true}));
  BOOST_TEST(document.acls().size() == 3u);
}

BOOST_AUTO_TEST_CASE(entries_are_added_replaced_and_removed) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_acl("a"));
  BOOST_REQUIRE(document.set_entry("a", of_user("Bob"), letters("r")));
  BOOST_REQUIRE(document.set_entry("a", of_user("alice"), letters("")));
  BOOST_REQUIRE(document.set_entry("a", of_user("BOB"), letters("Tr")));
  BOOST_REQUIRE(document.set_entry("a", of_group("bob"), letters("x")));
  BOOST_REQUIRE(document.set_entry("a", kAnyOther, letters("")));
  const auto acl = document.find_acl("a").value();
  BOOST_REQUIRE(acl.users.size() == 2u);
  BOOST_TEST(acl.users[0].who.text() == "alice");
  BOOST_TEST(acl.users[1].permissions.to_string() == "Tr");
  BOOST_TEST(acl.groups.size() == 1u);
  BOOST_TEST(acl.any_other.has_value());
  BOOST_TEST(!acl.unauthenticated.has_value());
  BOOST_REQUIRE(document.remove_entry("a", of_user("bob")));
  BOOST_REQUIRE(document.remove_entry("a", kAnyOther));
  BOOST_TEST(error_of(document.remove_entry("a", of_user("bob"))) == "not-found: the ACL a has no entry for user bob");
  BOOST_TEST(error_of(document.remove_entry("a", kUnauthenticated)) ==
             "not-found: the ACL a has no entry for unauthenticated");
  BOOST_TEST(!document.set_entry("a", {EntryKind::user, std::nullopt}, letters("r")));
  BOOST_TEST(!document.set_entry("a", {EntryKind::any_other, name("x")}, letters("r")));
}

BOOST_AUTO_TEST_CASE(the_policy_cannot_be_left_without_what_it_needs) {
  auto document = PolicyDocument::with_defaults();
  BOOST_TEST(error_of(document.detach(object("/"))) ==
             "denied: the root object always has an ACL: attach another one instead");
  BOOST_TEST(error_of(document.delete_acl("default-webseal")) ==
             "denied: the ACL default-webseal is attached to /WebSEAL: detach it first");
  BOOST_REQUIRE(document.create_acl("other"));
  BOOST_REQUIRE(document.attach(object("/"), "other"));
  BOOST_REQUIRE(document.delete_acl("default-root"));
}

BOOST_AUTO_TEST_CASE(lists_are_attached_where_there_is_an_object_space) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.attach(object("/WebSEAL/s/a"), "default-webseal"));
  BOOST_TEST(
      (texts(document.attached_to("default-webseal").value()) == std::vector<std::string>{"/WebSEAL", "/WebSEAL/s/a"}));
  BOOST_TEST(document.effective_acl(object("/WebSEAL/s/a/b")) == "default-webseal");
  BOOST_TEST(document.effective_acl(object("/other")) == "default-root");
  BOOST_REQUIRE(document.attach(object("/WebSEAL/s/a"), "default-root"));  // replaces
  BOOST_TEST(document.attached_acl(object("/WebSEAL/s/a")) == "default-root");
  BOOST_REQUIRE(document.detach(object("/WebSEAL/s/a")));
  BOOST_TEST(error_of(document.detach(object("/WebSEAL/s/a"))) == "not-found: no ACL is attached to /WebSEAL/s/a");
  BOOST_TEST(error_of(document.attach(object("/WebSeal/s"), "default-root")) ==
             "not-found: there is no object space for /WebSeal/s: objects are below /WebSEAL, /Management or an object "
             "that was created");
  BOOST_TEST(error_of(document.attach(object("/WebSEAL"), "none")) == "not-found: there is no ACL 'none'");
  BOOST_REQUIRE(document.create_object(object("/Shop"), {"our own space", 11, true}));
  BOOST_REQUIRE(document.attach(object("/Shop/till"), "default-root"));
  BOOST_TEST(error_of(document.delete_object(object("/Shop"))) ==
             "denied: the ACL default-root is attached to /Shop/till: detach it first");
}

BOOST_AUTO_TEST_CASE(objects_have_records_only_when_somebody_made_them) {
  auto document = PolicyDocument::with_defaults();
  const auto jct = object("/WebSEAL/s/jct");
  BOOST_TEST(!document.exists(jct));
  BOOST_TEST(document.object(jct).policy_attachable);
  BOOST_REQUIRE(document.create_object(jct, {"a junction", 5, false}));
  BOOST_TEST(document.exists(jct));
  BOOST_TEST(document.exists(object("/WebSEAL/s")));  // there is something below it
  BOOST_TEST(document.object(jct).description == "a junction");
  BOOST_TEST(error_of(document.create_object(jct, {})) == "already-exists: there is an object /WebSEAL/s/jct already");
  BOOST_TEST(error_of(document.attach(jct, "default-root")) == "denied: no policy can be attached to /WebSEAL/s/jct");
  BOOST_TEST(!document.set_object(jct, {"", 18, true}));
  BOOST_REQUIRE(document.set_object(jct, {"", 5, true}));
  BOOST_REQUIRE(document.attach(jct, "default-root"));
  BOOST_TEST(error_of(document.set_object(jct, {"", 5, false})) ==
             "denied: an ACL is attached to /WebSEAL/s/jct: detach it first");
  BOOST_TEST(!document.delete_object(jct));
  BOOST_REQUIRE(document.detach(jct));
  BOOST_REQUIRE(document.delete_object(jct));
  BOOST_TEST(!document.exists(jct));
  BOOST_TEST(!document.delete_object(jct));
}

BOOST_AUTO_TEST_CASE(containers_list_what_is_in_them) {
  auto document = PolicyDocument::with_defaults();
  BOOST_TEST((texts(document.children(object("/"))) == std::vector<std::string>{"/Management", "/WebSEAL"}));
  BOOST_TEST(document.children(object("/WebSEAL")).empty());
  BOOST_REQUIRE(document.attach(object("/WebSEAL/s/a/b"), "default-root"));
  BOOST_REQUIRE(document.attach(object("/WebSEAL/s2"), "default-root"));
  BOOST_TEST((texts(document.children(object("/WebSEAL"))) == std::vector<std::string>{"/WebSEAL/s", "/WebSEAL/s2"}));
  BOOST_TEST((texts(document.children(object("/WebSEAL/s"))) == std::vector<std::string>{"/WebSEAL/s/a"}));
  BOOST_TEST(document.children(object("/WebSEAL/s/a/b")).empty());
}

BOOST_AUTO_TEST_CASE(the_policy_has_limits) {
  auto document = PolicyDocument::with_defaults(
      {.max_acls = 4, .max_entries = 5, .max_objects = 1, .max_attachments = 4, .max_description = 3});
  BOOST_REQUIRE(document.create_acl("a"));
  BOOST_TEST(error_of(document.create_acl("b")) == "too-large: there are 4 ACLs, which is the limit");
  for (const std::string_view one : {"1", "2", "3", "4", "5"}) BOOST_REQUIRE(document.set_entry("a", of_user(one), {}));
  BOOST_TEST(error_of(document.set_entry("a", of_user("6"), {})) ==
             "too-large: the ACL has 5 entries, which is the limit");
  BOOST_REQUIRE(document.set_entry("a", of_user("5"), letters("r")));
  BOOST_REQUIRE(document.attach(object("/WebSEAL/1"), "a"));
  BOOST_TEST(!document.attach(object("/WebSEAL/2"), "a"));
  BOOST_REQUIRE(document.attach(object("/WebSEAL/1"), "default-root"));
  BOOST_REQUIRE(document.create_object(object("/WebSEAL/1"), {}));
  BOOST_TEST(!document.create_object(object("/WebSEAL/2"), {}));
}

BOOST_AUTO_TEST_CASE(object_types_have_names) {
  BOOST_TEST(object_type_name(0) == "unknown");
  BOOST_TEST(object_type_name(5) == "junction");
  BOOST_TEST(object_type_name(16) == "management object");
  BOOST_TEST(object_type_name(99) == "unused");
}

BOOST_AUTO_TEST_SUITE_END()
