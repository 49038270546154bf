#include "crypto/password_hash.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::crypto;

namespace {

bool matches(std::string_view stored, std::string_view password) {
  return verify_password(stored, Secret(password)).value();
}

Errc error_of(std::string_view stored) {
  return verify_password(stored, Secret("x")).error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_password_hash)

// Made with slappasswd-like tools outside: digest(password + salt) + salt, in base64.
BOOST_AUTO_TEST_CASE(salted_hashes_of_directories) {
  BOOST_TEST(matches("{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA==", "correct horse"));
  BOOST_TEST(!matches("{SSHA}awc/Cj0kafyFd5d8fGn07xoHBJJzYWx0c2FsdA==", "correct hors"));
  BOOST_TEST(matches("{ssha}KsWo9l6SfZ9Ntvg4+D1vGS/KyeZ4", "correct horse"));
  BOOST_TEST(!matches("{ssha}KsWo9l6SfZ9Ntvg4+D1vGS/KyeZ4", "correct hors"));
  BOOST_TEST(matches("{SSHA256}ZbvKkAK9Iy0JPQxS7UByg+aHnAmYo69ezkl1VL3/xyAAAQID", "correct horse"));
  BOOST_TEST(!matches("{SSHA256}ZbvKkAK9Iy0JPQxS7UByg+aHnAmYo69ezkl1VL3/xyAAAQID", "correct hors"));
  BOOST_TEST(
      matches("{SSHA512}ERPsIkwGxop/"
              "pHrjl04jlGBFcEcGixRqr2XjH8ytZJ9hFGoi6gaOfwAjaeO8rZaKBf2v7ygZicYporaO9T1NMnNhbHRzYWx0c2FsdHNhbHQ=",
              "correct horse"));
  BOOST_TEST(
      !matches("{SSHA512}ERPsIkwGxop/"
               "pHrjl04jlGBFcEcGixRqr2XjH8ytZJ9hFGoi6gaOfwAjaeO8rZaKBf2v7ygZicYporaO9T1NMnNhbHRzYWx0c2FsdHNhbHQ=",
               "correct hors"));
}

BOOST_AUTO_TEST_CASE(crypt_methods) {
  BOOST_TEST(
      matches("{CRYPT}$y$j9T$fjI326NuG7jnYMxMtdhbS0$A12ub1VMLCiF9735jcqogOaSyn3b.309hS3u46iC9.9", "correct horse"));
  BOOST_TEST(
      !matches("{CRYPT}$y$j9T$fjI326NuG7jnYMxMtdhbS0$A12ub1VMLCiF9735jcqogOaSyn3b.309hS3u46iC9.9", "correct hors"));
  const char* sha512 =
      "{crypt}$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1";
  BOOST_TEST(matches(sha512, "secret"));
  BOOST_TEST(!matches(sha512, "Secret"));
  BOOST_TEST(matches("{CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA", "secret"));
  BOOST_TEST(matches("{CRYPT}$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "secret"));
}

BOOST_AUTO_TEST_CASE(a_new_hash_is_yescrypt_with_a_salt_of_its_own) {
  const std::string one = hash_password(Secret("correct horse")).value();
  const std::string two = hash_password(Secret("correct horse")).value();
  BOOST_TEST(one.starts_with("{CRYPT}$y$"));
  BOOST_TEST(one != two);
  BOOST_TEST(matches(one, "correct horse"));
  BOOST_TEST(matches(two, "correct horse"));
  BOOST_TEST(!matches(one, "wrong horse"));
}

// attack case G1
BOOST_AUTO_TEST_CASE(G1_what_follows_a_nul_counts) {
  const std::string stored = hash_password(Secret("secret")).value();
  BOOST_TEST(!matches(stored, std::string_view("secret\0x", 8)));
  BOOST_TEST(!matches(stored, std::string_view("secret\0", 7)));
  BOOST_TEST(!matches(stored, ""));
}

BOOST_AUTO_TEST_CASE(what_is_weak_or_no_hash_is_an_error) {
  for (const char* stored : {"secret", "", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "{MD5}x", "{CLEARTEXT}secret",
                             "{CRYPT}abJnggxhB/yWI", "{CRYPT}$1$saltsalt$x", "{CRYPT}$9$x"}) {
    BOOST_TEST((error_of(stored) == Errc::unsupported), stored);
    BOOST_TEST(!check_stored_password(stored).has_value(), stored);
  }
  for (const char* stored : {"{SSHA}", "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "{SSHA}!!!!", "{SSHA256}AAAA", "{CRYPT}",
                             "{CRYPT}*", "{CRYPT}x"}) {
    BOOST_TEST((error_of(stored) == Errc::malformed), stored);
  }
  BOOST_TEST(!verify_password(std::string("{CRYPT}$6$salt\0salt", 19), Secret("x")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
