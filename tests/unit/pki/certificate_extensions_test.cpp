#include "pki/certificate_extensions.hpp"

#include <boost/test/unit_test.hpp>

#include "pki/der.hpp"

using namespace sallyport;
using namespace sallyport::pki;

namespace {

std::string element(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  BOOST_REQUIRE(content.size() < 128);
  return out + static_cast<char>(content.size()) + std::string(content);
}
std::string sequence(std::string_view content) { return element(der::kSequence, content); }

const std::string kCommonName("\x06\x03\x55\x04\x03", 5);
const std::string kUpnType("\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03", 12);

std::string name_of(std::uint8_t tag, std::string_view value) {
  return sequence(element(der::kSet, sequence(kCommonName + element(tag, value))));
}
std::optional<std::vector<std::string>> common_names(const std::string& name) { return read_name(name, "2.5.4.3"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(pki_certificate_extensions)

BOOST_AUTO_TEST_CASE(E8_names_are_text_without_escapes) {
  BOOST_TEST(common_names(name_of(der::kUtf8String, "J\xc3\xbcrgen, CN=admin"))->front() == "J\xc3\xbcrgen, CN=admin");
  BOOST_TEST(common_names(name_of(0x1e, std::string_view("\0J\0\xfc\x20\xac", 6)))->front() == "J\xc3\xbc\xe2\x82\xac");
  BOOST_TEST(common_names(name_of(0x13, "alice"))->size() == 1u);
  BOOST_TEST(read_name(name_of(0x13, "alice"), "2.5.4.10")->empty());
}

BOOST_AUTO_TEST_CASE(E8_names_that_could_be_read_in_two_ways_are_none) {
  BOOST_TEST(!common_names(name_of(der::kUtf8String, std::string_view("admin\0.example", 14))));
  BOOST_TEST(!common_names(name_of(der::kUtf8String, "a\nb")));
  BOOST_TEST(!common_names(name_of(der::kUtf8String, "\xff")));
  BOOST_TEST(!common_names(name_of(0x13, "\xc3\xbc")));
  BOOST_TEST(!common_names(name_of(0x14, "\xfc")));
  BOOST_TEST(!common_names(name_of(0x1e, std::string_view("\0\0", 2))));
  BOOST_TEST(!common_names(name_of(0x1e, "\xd8\x3d")));
  BOOST_TEST(!common_names(name_of(0x1e, "odd")));
  BOOST_TEST(!common_names(name_of(der::kOctetString, "alice")));
  BOOST_TEST(!common_names("garbage"));
}

BOOST_AUTO_TEST_CASE(E8_alternative_names_are_sorted_by_kind) {
  identity::CertificateFacts facts;
  const std::string upn = element(der::constructed(0), kUpnType + element(der::constructed(0), element(der::kUtf8String, "a@corp")));
  const std::string names = element(der::primitive(1), "a@example.com") + element(der::primitive(2), "pc.example.com") +
                            element(der::primitive(7), "\x7f\1\1\1") + upn;
  BOOST_TEST(read_alternative_names(names, facts));
  BOOST_TEST(facts.emails.front() == "a@example.com");
  BOOST_TEST(facts.dns_names.front() == "pc.example.com");
  BOOST_TEST(facts.user_principal_names.front() == "a@corp");
}

BOOST_AUTO_TEST_CASE(E8_alternative_names_with_a_nul_are_refused) {
  identity::CertificateFacts facts;
  BOOST_TEST(!read_alternative_names(element(der::primitive(1), std::string_view("a@b\0.c", 6)), facts));
  BOOST_TEST(!read_alternative_names(element(der::primitive(2), "a\r\nb"), facts));
  const std::string upn = element(der::constructed(0), kUpnType + element(der::constructed(0), element(der::kUtf8String, std::string_view("a\0b", 3))));
  BOOST_TEST(!read_alternative_names(upn, facts));
  BOOST_TEST(!read_alternative_names("\x81\x7f", facts));
}

BOOST_AUTO_TEST_CASE(places_of_crls_are_urls_or_other_ways) {
  const auto point = [](std::string_view names) {
    return element(der::constructed(0), element(der::constructed(0), names));
  };
  const std::string url = element(der::primitive(6), "http://a/x.crl");
  RevocationPointers found;
  BOOST_TEST(read_crl_points(sequence(sequence(point(url))), found));
  BOOST_TEST((found.crls == std::vector<std::string>{"http://a/x.crl"}));
  BOOST_TEST(!found.names_others);
  // For some reasons only: no word on all of them.
  RevocationPointers partial;
  BOOST_TEST(read_crl_points(sequence(sequence(point(url) + element(der::primitive(1), "\5\x60"))), partial));
  BOOST_TEST(partial.crls.empty());
  BOOST_TEST(partial.names_others);
  BOOST_TEST(!read_crl_points("\x30\x05\x30", partial));
}

BOOST_AUTO_TEST_CASE(policies_and_responders_are_read) {
  const std::string policy("\x06\x03\x2a\x03\x04", 5);
  BOOST_TEST((read_policies(sequence(sequence(policy))) == std::vector<std::string>{"1.2.3.4"}));
  BOOST_TEST(!read_policies(sequence("")));
  const std::string ocsp("\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01", 10);
  const std::string issuers("\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02", 10);
  RevocationPointers found;
  BOOST_TEST(read_responders(sequence(sequence(issuers + element(der::primitive(6), "http://ca/")) +
                                      sequence(ocsp + element(der::primitive(6), "http://ocsp/"))), found));
  BOOST_TEST((found.responders == std::vector<std::string>{"http://ocsp/"}));
}

BOOST_AUTO_TEST_SUITE_END()
