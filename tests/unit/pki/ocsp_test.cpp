#include "pki/ocsp.hpp"

#include "unit/pki/pki_fixture.hpp"

using namespace sallyport;
using namespace sallyport::pki;

namespace {

struct Fixture {
  TestAuthority authority;
  CertificatePtr issuer = authority.certificate();
  CertificatePtr leaf = Certificate::read(authority.issue("alice"), CertificateLimits()).value();

  Errc judge(std::string_view answer) {
    const auto status = judge_ocsp_answer(answer, *leaf, *issuer, "nonce", OcspRules(), wall_now());
    BOOST_REQUIRE(!status);
    return status.error().code;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pki_ocsp, Fixture)

BOOST_AUTO_TEST_CASE(a_request_names_the_certificate_and_has_the_nonce) {
  const std::string plain = ocsp_request(*leaf, *issuer, "").value();
  const std::string with_nonce = ocsp_request(*leaf, *issuer, "0123456789abcdef").value();
  BOOST_TEST(plain.find(leaf->serial()) != std::string::npos);
  BOOST_TEST(plain.find("0123456789abcdef") == std::string::npos);
  BOOST_TEST(with_nonce.find("0123456789abcdef") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(E7_what_says_nothing_is_no_answer) {
  BOOST_TEST((judge("") == Errc::malformed));
  BOOST_TEST((judge("garbage") == Errc::malformed));
  // OCSPResponse { responseStatus tryLater }
  BOOST_TEST((judge(std::string_view("\x30\x03\x0a\x01\x03", 5)) == Errc::unavailable));
  // A request is no answer.
  BOOST_TEST((judge(ocsp_request(*leaf, *issuer, "").value()) == Errc::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
