#include "login/dn.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::login;

BOOST_AUTO_TEST_SUITE(login_dn)

BOOST_AUTO_TEST_CASE(spellings_of_one_name_are_one) {
  const std::string one = normalised_dn("uid=alice,dc=example,dc=com").value();
  BOOST_TEST(one == "uid=alice,dc=example,dc=com");
  for (const char* dn : {"UID=Alice,DC=example,dc=COM", " uid = alice , dc= example ,dc=com ",
                         "uid=alice;dc=example;dc=com", "uid=\\61lice,dc=example,dc=com"}) {
    BOOST_TEST(normalised_dn(dn).value() == one, dn);
  }
  BOOST_TEST(normalised_dn("cn=a  b,o=x").value() == "cn=a b,o=x");
  BOOST_TEST(normalised_dn("b=2+a=1,o=x").value() == normalised_dn("A=1 + B=2, o=x").value());
  BOOST_TEST(normalised_dn("cn=a\\,b,o=x").value() == normalised_dn("cn=a\\2Cb,o=x").value());
  BOOST_TEST(normalised_dn("").value() == "");
}

// attack case E8
BOOST_AUTO_TEST_CASE(E8_different_names_stay_different) {
  const char* names[] = {"cn=a,cn=b", "cn=a\\,cn=b", "cn=ab",  "cn=a+cn=b", "cn=a\\+cn=b", "cn=a\\00b",  "cn=a\\ ,o=x",
                         "cn=a,o=x",  "cn=\\ a,o=x", "cn=a=b", "cn=\\#a",   "cn=\xc3\x84", "cn=\xc3\xa4"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      BOOST_TEST(normalised_dn(names[i]).value() != normalised_dn(names[k]).value(), names[i] << " and " << names[k]);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_an_error) {
  for (const char* dn : {"alice", "uid=alice,", ",uid=alice", "=alice", "uid=a,,o=x", "uid=a\\", "uid=a\\g1",
                         "uid=a\"b", "uid=a<b", "uid=a+", "u id=a", "uid=a\nb"}) {
    BOOST_TEST(!normalised_dn(dn).has_value(), dn);
  }
}

BOOST_AUTO_TEST_CASE(the_leading_value_is_as_it_is_spelt) {
  BOOST_TEST(leading_value_of_dn("CN=The Staff\\, all,ou=x", "cn").value() == "The Staff, all");
  BOOST_TEST(leading_value_of_dn("uid=a + cn = b ,ou=x", "CN").value() == "b");
  BOOST_TEST(leading_value_of_dn("cn=\\c3\\a4", "cn").value() == "\xc3\xa4");
  for (const char* dn : {"uid=a,cn=b", "", "cn", "cn=a,,", "cn=a\nb"}) {
    BOOST_TEST(!leading_value_of_dn(dn, "cn").has_value(), dn);
  }
}

BOOST_AUTO_TEST_CASE(normalising_twice_changes_nothing) {
  for (const char* dn : {"cn=a\\,b + o = x;dc=\\ y\\ ", "cn=\\#x\\=y", "cn=\\c3\\a4\\0a"}) {
    const std::string once = normalised_dn(dn).value();
    BOOST_TEST(normalised_dn(once).value() == once);
  }
}

BOOST_AUTO_TEST_CASE(values_are_escaped_for_a_name) {
  BOOST_TEST(escaped_dn_value("a,b") == "a\\2cb");
  BOOST_TEST(escaped_dn_value(" a b ") == "\\20a b\\20");
  BOOST_TEST(escaped_dn_value("#a#") == "\\23a#");
  BOOST_TEST(escaped_dn_value("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
