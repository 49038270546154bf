#include "pki/certificate_path.hpp"

#include <set>

#include "unit/pki/pki_fixture.hpp"

using namespace sallyport;
using namespace sallyport::pki;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  TestAuthority authority;
  std::shared_ptr<const TrustAnchors> anchors = TrustAnchors::make(authority.pem(), "ca.pem").value();
  CertificateLimits limits;

  CertificateFault fault(const std::vector<std::string>& shown, WallTime now = wall_now()) {
    const auto path = verify_path(PresentedChain{shown}, *anchors, limits, now);
    BOOST_REQUIRE(!path);
    BOOST_TEST(!path.error().detail.empty());
    return path.error().fault;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pki_certificate_path, Fixture)

BOOST_AUTO_TEST_CASE(a_good_certificate_has_a_path_and_facts) {
  const std::string alice = authority.issue("alice");
  const auto path = verify_path(PresentedChain{{alice}}, *anchors, limits, wall_now());
  BOOST_REQUIRE(path.has_value());
  BOOST_TEST(path->size() == 2u);
  const auto facts = path->front()->facts();
  BOOST_REQUIRE(facts.has_value());
  BOOST_TEST(facts->subject == "CN=alice");
  BOOST_TEST(facts->issuer == "CN=Test CA");
  BOOST_TEST(facts->serial.size() == 32u);
  BOOST_TEST(facts->fingerprint.size() == 64u);
  BOOST_TEST((facts->common_names == std::vector<std::string>{"alice"}));
  BOOST_TEST((facts->not_after > wall_now()));
}

BOOST_AUTO_TEST_CASE(E6_time_is_judged_by_the_time_that_is_given) {
  const std::vector<std::string> alice{authority.issue("alice")};
  BOOST_TEST((fault(alice, wall_now() + 24h * 100) == CertificateFault::expired));
  BOOST_TEST((fault(alice, wall_now() - 24h * 3) == CertificateFault::not_yet_valid));
}

BOOST_AUTO_TEST_CASE(E6_a_certificate_of_another_authority_of_the_same_name_is_refused) {
  const TestAuthority other;
  BOOST_TEST((fault({other.issue("alice")}) == CertificateFault::unknown_issuer));
  BOOST_TEST((fault({other.issue("alice"), der_of(other.pem())}) == CertificateFault::unknown_issuer));
}

BOOST_AUTO_TEST_CASE(D4_sizes_and_numbers_are_limited_before_anything_is_read) {
  BOOST_TEST((fault({}) == CertificateFault::none_shown));
  BOOST_TEST((fault(std::vector<std::string>(11, "garbage")) == CertificateFault::too_large));
  BOOST_TEST((fault(std::vector<std::string>(5, std::string(16000, 'x'))) == CertificateFault::too_large));
  BOOST_TEST((fault({std::string(17000, 'x')}) == CertificateFault::too_large));
  BOOST_TEST((fault({"garbage"}) == CertificateFault::unreadable));
}

BOOST_AUTO_TEST_CASE(every_changed_byte_refuses) {
  const std::string alice = authority.issue("alice");
  for (std::size_t i = 0; i < alice.size(); ++i) {
    std::string changed = alice;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    BOOST_TEST(!verify_path(PresentedChain{{changed}}, *anchors, limits, wall_now()).has_value(), "byte " << i);
  }
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_read_are_an_error) {
  BOOST_TEST(TrustAnchors::make("", "ca.pem").error().detail == "ca.pem: no certificate");
  BOOST_TEST(!TrustAnchors::make(authority.pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n", "ca.pem"));
  BOOST_TEST(!TrustAnchors::make("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ca.pem"));
}

BOOST_AUTO_TEST_CASE(E6_each_fault_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(CertificateFault::unavailable); ++i) {
    names.insert(name_of(static_cast<CertificateFault>(i)));
  }
  BOOST_TEST(names.size() == static_cast<std::size_t>(CertificateFault::unavailable) + 1);
}

BOOST_AUTO_TEST_SUITE_END()
