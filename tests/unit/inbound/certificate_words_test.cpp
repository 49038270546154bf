#include "inbound/certificate_words.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string_view>

using namespace sallyport;

BOOST_AUTO_TEST_SUITE(inbound_certificate_words)

BOOST_AUTO_TEST_CASE(what_a_user_can_mend_has_words_of_its_own) {
  using enum pki::CertificateFault;
  std::set<std::string_view> told;
  for (const auto fault : {none_shown, expired, not_yet_valid, unknown_issuer, revoked, undetermined, wrong_purpose}) {
    told.insert(inbound::words_for(fault));
  }
  BOOST_TEST(told.size() == 7u);
  BOOST_TEST(!inbound::words_for(invalid).empty());
}

BOOST_AUTO_TEST_SUITE_END()
