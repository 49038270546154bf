#include "identity/credential.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::identity;

BOOST_AUTO_TEST_SUITE(identity_credential)

BOOST_AUTO_TEST_CASE(names_are_compared_without_ascii_case_and_shown_as_spelt) {
  const auto a = Name::make("Alice Müller").value();
  const auto b = Name::make("aLICE Müller").value();
  BOOST_TEST((a == b));
  BOOST_TEST(a.text() == "Alice Müller");
  // No folding beyond ASCII: these two are different.
  BOOST_TEST((Name::make("MÜLLER").value() != Name::make("müller").value()));
}

BOOST_AUTO_TEST_CASE(B7_names_that_could_break_a_header_or_a_log_are_none) {
  for (const std::string_view bad :
       {std::string_view(""), std::string_view(" a"), std::string_view("a "), std::string_view("a\r\nb"),
        std::string_view("a\0b", 3), std::string_view("a\"b"), std::string_view("a\xff"), std::string_view("\t")}) {
    const auto made = Name::make(bad);
    BOOST_REQUIRE(!made);
    BOOST_TEST((made.error().code == Errc::malformed));
    BOOST_TEST(made.error().detail.find('\r') == std::string::npos);
  }
  BOOST_TEST(!Name::make(std::string(257, 'a')));
  BOOST_TEST(Name::make(std::string(256, 'a')).has_value());
  BOOST_TEST(Name::make("cn=a, b;c/d").has_value());
}

BOOST_AUTO_TEST_CASE(groups_are_sorted_and_found_whatever_their_case) {
  const auto credential =
      Credential::make({.user = "alice", .groups = {"Staff", "admins", "STAFF", "zoo"}, .method = "password"}).value();
  BOOST_TEST(credential->groups().size() == 3u);
  BOOST_TEST(credential->in_group(Name::make("staff").value()));
  BOOST_TEST(credential->in_group(Name::make("ADMINS").value()));
  BOOST_TEST(!credential->in_group(Name::make("others").value()));
}

BOOST_AUTO_TEST_CASE(one_bad_group_spoils_the_credential) {
  const auto made = Credential::make({.user = "alice", .groups = {"staff", "bad\"group"}});
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().detail == "group of alice: the name 'bad\"group' has a double quote");
}

BOOST_AUTO_TEST_CASE(nobody_can_be_called_like_nobody) {
  BOOST_TEST(!Credential::make({.user = "unauthenticated"}));
  BOOST_TEST(!Credential::make({.user = ""}));
  BOOST_TEST(!Credential::make({.user = "alice", .level = 0}));
}

BOOST_AUTO_TEST_CASE(attributes_keep_their_values_in_order) {
  const auto credential = Credential::make({.user = "alice", .attributes = {{"mail", {"b@x", "a@x"}}}}).value();
  BOOST_REQUIRE(credential->find_attribute("MAIL") != nullptr);
  BOOST_TEST(credential->find_attribute("MAIL")->values[0] == "b@x");
  BOOST_TEST(credential->find_attribute("cn") == nullptr);
}

BOOST_AUTO_TEST_CASE(the_fields_of_a_credential_make_the_same_credential) {
  const CredentialFields fields{"Alice", "uid=alice", {"a", "B"}, "certificate", 2, {{"mail", {"x"}}}};
  const auto credential = Credential::make(fields).value();
  BOOST_TEST((credential->fields() == fields));
}

BOOST_AUTO_TEST_CASE(a_subject_is_nobody_or_a_user) {
  const Subject nobody;
  BOOST_TEST(!nobody.is_authenticated());
  BOOST_TEST(nobody.name() == "Unauthenticated");
  BOOST_TEST(nobody.level() == 0);
  BOOST_TEST(!Subject(nullptr).is_authenticated());
  const Subject alice(Credential::make({.user = "Alice", .level = 2}).value());
  BOOST_TEST(alice.is_authenticated());
  BOOST_TEST(alice.name() == "Alice");
  BOOST_TEST(alice.level() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
