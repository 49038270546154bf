#include "login/ldap_filter.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::login;

BOOST_AUTO_TEST_SUITE(login_ldap_filter)

BOOST_AUTO_TEST_CASE(G2_what_means_something_in_a_filter_is_escaped) {
  BOOST_TEST(escaped_filter_value("alice") == "alice");
  BOOST_TEST(escaped_filter_value("") == "");
  BOOST_TEST(escaped_filter_value("*") == "\\2a");
  BOOST_TEST(escaped_filter_value("a)(uid=*") == "a\\29\\28uid=\\2a");
  BOOST_TEST(escaped_filter_value("\\00") == "\\5c00");
  BOOST_TEST(escaped_filter_value(std::string_view("a\0b", 3)) == "a\\00b");
  BOOST_TEST(escaped_filter_value("a\nb\x7f") == "a\\0ab\\7f");
  BOOST_TEST(escaped_filter_value("J\xc3\xbcrgen & |!=~<>") == "J\xc3\xbcrgen & |!=~<>");
}

BOOST_AUTO_TEST_CASE(G2_a_filter_has_the_shape_that_it_was_given) {
  BOOST_TEST(user_filter("person", "uid", "alice") == "(&(objectClass=person)(uid=alice))");
  BOOST_TEST(user_filter("person", "uid", "x)(|(uid=*") == "(&(objectClass=person)(uid=x\\29\\28|\\28uid=\\2a))");
  BOOST_TEST(member_filter("member", "cn=A \\28b\\29 (c),o=x") == "(member=cn=A \\5c28b\\5c29 \\28c\\29,o=x)");
}

BOOST_AUTO_TEST_CASE(E8_values_of_certificates_are_escaped_in_a_filter) {
  BOOST_TEST(match_filter("person", {{"mail", "a*"}, {"cn", "x)(uid=*"}}) ==
             "(&(objectClass=person)(mail=a\\2a)(cn=x\\29\\28uid=\\2a))");
  BOOST_TEST(match_filter("person", {}) == "(&(objectClass=person))");
}

BOOST_AUTO_TEST_CASE(E8_what_a_directory_calls_equal_has_to_look_equal) {
  BOOST_TEST(has_same_value({"x", "Alice@Example.com"}, "alice@example.com"));
  BOOST_TEST(has_same_value({"CN=a, O=b"}, "cn=A,o=B"));
  BOOST_TEST(!has_same_value({"admin"}, "ad\xc2\xadmin"));
  BOOST_TEST(!has_same_value({"\xc3\xa9ric"}, "e\xcc\x81ric"));
  BOOST_TEST(!has_same_value({"a b"}, "a  b"));
  BOOST_TEST(!has_same_value({}, "a"));
}

BOOST_AUTO_TEST_CASE(G1_blank_passwords_are_not_worth_a_question) {
  for (const std::string_view password :
       {std::string_view(""), std::string_view(" "), std::string_view(" \t\r\n\v\f"), std::string_view("\0", 1),
        std::string_view("\0secret", 7), std::string_view("secret\0", 7), std::string_view(" \0", 2)}) {
    const auto checked = check_askable("alice", Secret(password));
    BOOST_TEST_REQUIRE(!checked.has_value());
    BOOST_TEST((checked.error().code == Errc::denied));
  }
  BOOST_TEST(check_askable("alice", Secret(" secret ")).has_value());
}

BOOST_AUTO_TEST_CASE(G2_what_can_be_nobodys_name_is_not_worth_a_question) {
  const Secret password("secret");
  for (const std::string& name : {std::string(), std::string(" alice"), std::string("alice "), std::string("al\0ce", 5),
                                  std::string("alice\n"), std::string("\xff\xfe"), std::string(10240, 'x')}) {
    BOOST_TEST(!check_askable(name, password).has_value());
  }
  BOOST_TEST(check_askable("*", password).has_value());  // a name like any other
}

BOOST_AUTO_TEST_CASE(an_entry_is_called_by_its_one_value_or_the_one_in_its_name) {
  BOOST_TEST(name_of_entry("cn=x,o=y", "uid", {"Alice"}).value() == "Alice");
  BOOST_TEST(name_of_entry("uid=alice,o=y", "uid", {"a.smith", "Alice"}).value() == "Alice");
  BOOST_TEST(name_of_entry("sn=x+UID=alice,o=y", "uid", {"a.smith", "Alice"}).value() == "Alice");
  BOOST_TEST(!name_of_entry("cn=alice,o=y", "uid", {"a.smith", "alice"}).has_value());
  BOOST_TEST(!name_of_entry("cn=x,uid=alice", "uid", {"a.smith", "alice"}).has_value());
  BOOST_TEST(!name_of_entry("uid=alice,o=y", "uid", {}).has_value());
}

BOOST_AUTO_TEST_CASE(E8_an_entry_is_below_another_one_by_whole_parts_of_its_name) {
  BOOST_TEST(is_below("cn=a,ou=groups,o=x", "ou=groups,o=x"));
  BOOST_TEST(is_below("cn=a,cn=b, OU=Groups ,o=X", "ou=groups,o=x"));
  BOOST_TEST(is_below("ou=groups,o=x", "ou=groups,o=x"));
  BOOST_TEST(is_below("cn=a,o=x", ""));
  BOOST_TEST(!is_below("cn=a,ou=mygroups,o=x", "groups,o=x"));
  BOOST_TEST(!is_below("cn=a,ou=mygroups,o=x", "ou=groups,o=x"));
  BOOST_TEST(!is_below("cn=a\\,ou=groups,o=x", "ou=groups,o=x"));
  BOOST_TEST(!is_below("o=x", "ou=groups,o=x"));
  BOOST_TEST(!is_below("not a name", ""));
}

BOOST_AUTO_TEST_CASE(secrets_are_not_for_credentials) {
  for (const char* name : {"userPassword", "USERPASSWORD", "userPassword;x-old", "secAcctValid", "pwdHistory",
                           "objectClass", "krbPrincipalKey", "sambaNTPassword"}) {
    BOOST_TEST(!is_for_credentials(name), name);
  }
  for (const char* name : {"cn", "mail", "employeeNumber"}) BOOST_TEST(is_for_credentials(name), name);
}

BOOST_AUTO_TEST_SUITE_END()
