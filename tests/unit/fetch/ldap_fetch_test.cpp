#include "fetch/ldap_fetch.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::fetch;

BOOST_AUTO_TEST_SUITE(fetch_ldap)

BOOST_AUTO_TEST_CASE(a_url_names_an_entry_and_its_attributes) {
  const auto url = parse_entry_url("ldap://h.example:1389/cn=A%20CA,o=x?certificateRevocationList;binary,cn?base").value();
  BOOST_TEST(url.server == "ldap://h.example:1389");
  BOOST_TEST(url.dn == "cn=A CA,o=x");
  BOOST_TEST((url.attributes == std::vector<std::string>{"certificateRevocationList;binary", "cn"}));
  BOOST_TEST(parse_entry_url("ldap://h/cn=a").value().attributes.front() == "certificateRevocationList;binary");
  BOOST_TEST(parse_entry_url("ldap://h/cn=a??base?(objectclass=*)").has_value());
}

BOOST_AUTO_TEST_CASE(D4_what_would_search_more_than_an_entry_is_refused) {
  for (const char* const bad : {"ldap://h/cn=a??sub", "ldap://h/cn=a??one", "ldap://h/cn=a??base?(uid=*)", "ldap:///cn=a",
                                "ldap://h", "ldap://h/", "ldap://h/%00", "ldap://h/%zz", "ldap://h/cn=a?x%20y",
                                "ldap://h/cn=a?a,b,c,d,e", "ldap"}) {
    BOOST_TEST(!parse_entry_url(bad), bad);
  }
}

BOOST_AUTO_TEST_CASE(D4_forbidden_addresses_are_not_given_out) {
  const std::vector<Cidr> forbidden = {*Cidr::parse("127.0.0.0/8"), *Cidr::parse("::/127")};
  BOOST_TEST((allowed_addresses("127.0.0.1", forbidden).error().code == Errc::denied));
  BOOST_TEST((allowed_addresses("localhost", forbidden).error().code == Errc::denied));
  BOOST_TEST((allowed_addresses("::ffff:127.0.0.1", forbidden).error().code == Errc::denied));
  BOOST_TEST(allowed_addresses("192.0.2.1", forbidden).value().front().to_string() == "192.0.2.1");
}

BOOST_AUTO_TEST_SUITE_END()
