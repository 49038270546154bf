#include "login/totp_secret.hpp"

#include <boost/test/unit_test.hpp>

#include "login/ldap_filter.hpp"
#include "login/qr_code.hpp"

using namespace sallyport;
using namespace sallyport::login;

BOOST_AUTO_TEST_SUITE(login_totp_secret)

BOOST_AUTO_TEST_CASE(a_new_secret_is_read_back_and_no_two_are_equal) {
  const Secret one = new_totp_secret();
  BOOST_TEST(one.size() == 20u);
  BOOST_CHECK(!(one == new_totp_secret()));
  BOOST_CHECK(read_totp_secret(stored_totp_secret(one).reveal()).value() == one);
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_none_is_refused_without_being_told) {
  for (const char* text : {"", "MZXW6", "not base32!", "GEZDGNBV"}) {
    const auto read = read_totp_secret(text);
    BOOST_TEST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error().detail.find("MZXW6") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(secrets_of_one_time_passwords_are_in_no_credential) {
  BOOST_TEST(!is_for_credentials(kTotpAttribute));
  BOOST_TEST(!is_for_credentials("oathSecret"));
}

BOOST_AUTO_TEST_CASE(apps_get_an_uri) {
  const Secret secret("12345678901234567890");
  BOOST_TEST(otpauth_uri(secret, "Example: Co", "a/b c", {crypto::TotpHash::sha256, 8, 30, 1}).reveal() ==
             "otpauth://totp/Example%20%20Co:a%2Fb%20c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20%20Co"
             "&algorithm=SHA256&digits=8&period=30");
}

BOOST_AUTO_TEST_CASE(a_qr_code_has_its_three_corners_and_a_quiet_zone) {
  const auto code = QrCode::make("otpauth://totp/a");
  BOOST_TEST_REQUIRE(code.has_value());
  const std::size_t last = code->side() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    BOOST_TEST(!code->is_dark(3, i));
    BOOST_TEST(!code->is_dark(i, last - 3));
  }
  for (std::size_t i = 0; i < 7; ++i) {
    BOOST_TEST(code->is_dark(4, 4 + i));
    BOOST_TEST(code->is_dark(4 + i, last - 4));
    BOOST_TEST(code->is_dark(last - 4, 4 + i));
  }
  BOOST_TEST(code->svg_path().reveal().starts_with("M4 4h7v1h-7z"));
  BOOST_TEST(code->svg_path().reveal().find_first_not_of("Mhvz-0123456789 ") == std::string_view::npos);
  BOOST_TEST(!QrCode::make(std::string(5000, 'x')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
