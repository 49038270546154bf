#include "pki/crl.hpp"

#include "unit/pki/pki_fixture.hpp"

using namespace sallyport;
using namespace sallyport::pki;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  TestAuthority authority;
  CertificatePtr issuer = authority.certificate();
  std::string good = authority.issue("good");
  std::string bad = authority.issue("bad");

  static CertificatePtr read(const std::string& der) { return Certificate::read(der, CertificateLimits()).value(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pki_crl, Fixture)

BOOST_AUTO_TEST_CASE(a_list_names_what_is_revoked) {
  std::vector<std::string> revoked{bad};
  for (int i = 0; i < 50; ++i) revoked.push_back(authority.issue("other"));
  const CrlPtr crl = Crl::read(authority.crl(revoked)).value();
  BOOST_TEST(crl->size() == 51u);
  BOOST_TEST(crl->check_signer(*issuer).has_value());
  BOOST_TEST(crl->check_scope(*read(good)).has_value());
  BOOST_TEST(crl->check_time(wall_now(), 0s).has_value());
  for (const std::string& one : revoked) BOOST_TEST(crl->lists(*read(one)));
  BOOST_TEST(!crl->lists(*read(good)));
}

BOOST_AUTO_TEST_CASE(E7_a_list_counts_for_its_time_only) {
  const CrlPtr crl = Crl::read(authority.crl({}, 1h, 2h)).value();
  BOOST_TEST(!crl->check_time(wall_now() + 2h, 5min));
  BOOST_TEST(!crl->check_time(wall_now() - 2h, 5min));
  BOOST_TEST(crl->check_time(wall_now() + 1h + 4min, 5min).has_value());
}

// The extension issuingDistributionPoint, made of a number with these bytes: GnuTLS does not write one.
std::string with_scope(const std::string& der, const std::string& number, const std::string& fields) {
  const auto length = static_cast<char>(number.size());
  const std::string was = std::string("\x55\x1d\x14\x04", 4) + static_cast<char>(length + 2) + "\x02" + length + number;
  const std::string is = std::string("\x55\x1d\x1c\x04", 4) + static_cast<char>(length + 2) + "\x30" + length + fields;
  std::string changed = der;
  const auto place = changed.find(was);
  BOOST_REQUIRE(place != std::string::npos);
  return changed.replace(place, was.size(), is);
}

BOOST_AUTO_TEST_CASE(E7_a_list_for_some_says_nothing_of_others) {
  const std::string number(3, 'n');
  const std::string der = authority.crl({}, 1h, 24h, number);
  const CrlPtr users = Crl::read(with_scope(der, number, "\x81\x01\xff")).value();
  BOOST_TEST(users->check_scope(*read(good)).has_value());
  BOOST_TEST(!users->check_scope(*issuer));
  const CrlPtr authorities = Crl::read(with_scope(der, number, "\x82\x01\xff")).value();
  BOOST_TEST(!authorities->check_scope(*read(good)));
  BOOST_TEST(authorities->check_scope(*issuer).has_value());
  // Neither true nor false: it may not pass for the latter.
  for (const char* const odd : {"\x81\x01\x05", "\x82\x01\x05", "\x84\x01\x05", "\x85\x01\x05"}) {
    BOOST_TEST(!Crl::read(with_scope(der, number, odd)));
  }
  for (const char* const other : {"\x84\x01\xff", "\x85\x01\xff", "\x83\x01\xff"}) {
    BOOST_TEST(!Crl::read(with_scope(der, number, other)));
  }
}

BOOST_AUTO_TEST_CASE(E7_a_list_of_another_authority_is_not_signed_by_this_one) {
  const TestAuthority namesake;
  const TestAuthority other("Other CA");
  BOOST_TEST(!Crl::read(namesake.crl()).value()->check_signer(*issuer));
  BOOST_TEST(!Crl::read(other.crl()).value()->check_signer(*issuer));
  // A client's certificate signs no lists.
  BOOST_TEST(!read(good)->may_sign_crls());
}

BOOST_AUTO_TEST_CASE(every_changed_byte_is_noticed) {
  const std::string der = authority.crl({bad});
  for (std::size_t i = 0; i < der.size(); ++i) {
    std::string changed = der;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    const auto crl = Crl::read(changed);
    BOOST_TEST((!crl || !(*crl)->check_signer(*issuer)), "byte " << i);
  }
}

BOOST_AUTO_TEST_CASE(every_cut_list_is_refused) {
  const std::string der = authority.crl({bad});
  for (std::size_t length = 0; length < der.size(); ++length) {
    BOOST_TEST(!Crl::read(der.substr(0, length)), "length " << length);
  }
  BOOST_TEST(!Crl::read(der + "x"));
}

BOOST_AUTO_TEST_CASE(files_may_be_pem_with_several) {
  const auto pem = [](const std::string& der) {
    return "text\n-----BEGIN X509 CRL-----\n" + base64_encoded(der) + "\n-----END X509 CRL-----\n";
  };
  const std::string der = authority.crl();
  BOOST_TEST(read_crls(pem(der) + pem(der)).value().size() == 2u);
  BOOST_TEST(read_crls(der).value().size() == 1u);
  BOOST_TEST(!read_crls(pem(der) + "-----BEGIN X509 CRL-----\nAAAA"));
  BOOST_TEST(!read_crls(""));
  // A list in DER may hold any bytes, such as these in its number.
  const std::string number = "-----BEGIN X509 CRL-----";
  BOOST_TEST(read_crls(authority.crl({}, 1h, 24h, number)).value().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
