#include "http/basic_auth.hpp"

#include <boost/test/unit_test.hpp>

#include "base/encoding.hpp"

using namespace sallyport;
using namespace sallyport::http;
using namespace std::string_view_literals;

namespace {

Result<BasicCredentials> basic(std::string_view credentials) {
  return parse_basic("Basic " + base64_encoded(credentials));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_basic_auth)

BOOST_AUTO_TEST_CASE(user_and_password_are_parted_at_the_first_colon) {
  const auto credentials = parse_basic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  BOOST_REQUIRE(credentials);
  BOOST_TEST(credentials->user == "Aladdin");
  BOOST_TEST(credentials->password.reveal() == "open sesame");
  BOOST_TEST(basic("caf\xc3\xa9:a:b")->password.reveal() == "a:b");
  BOOST_TEST(basic("u:")->password.empty());
  BOOST_TEST(parse_basic("bASIC  dTpw")->user == "u");
}

BOOST_AUTO_TEST_CASE(F13_broken_credentials_are_refused) {
  for (const std::string_view credentials :
       {"alice"sv, ""sv, ":secret"sv, "a\0b:c"sv, "a:b\0c"sv, "a:b\n"sv, "a\x7f:b"sv, "caf\xe9:x"sv, "a:\xff"sv}) {
    BOOST_TEST((basic(credentials).error().code == Errc::malformed));
  }
  for (const std::string_view field :
       {"Basic", "Basic ", "Basic dTpw=", "Basic dT pw", "Basic dTp", "Basic !!!!", "Basic dTpx,dTpx"}) {
    BOOST_TEST_CONTEXT(field) {
      BOOST_TEST((parse_basic(field).error().code == Errc::malformed));
    }
  }
  BOOST_TEST((basic("a:" + std::string(1 << 20, 'x')).error().code == Errc::too_large));
}

BOOST_AUTO_TEST_CASE(another_scheme_is_not_found) {
  for (const std::string_view field : {"Bearer abc", "", "Basically dTpw", "Negotiate"}) {
    BOOST_TEST((parse_basic(field).error().code == Errc::not_found));
  }
}

BOOST_AUTO_TEST_SUITE_END()
