#include "base/encoding.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

using namespace sallyport;

BOOST_AUTO_TEST_SUITE(base_encoding)

// RFC 4648 section 10
BOOST_AUTO_TEST_CASE(base64_vectors_of_the_rfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},  {"foob", "Zm9vYg=="},  {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    BOOST_TEST(base64_encoded(plain) == encoded);
    BOOST_TEST(base64_decoded(encoded).value() == plain);
    BOOST_TEST(base64url_decoded(base64url_encoded(plain)).value() == plain);
  }
}

BOOST_AUTO_TEST_CASE(two_texts_never_decode_to_the_same_bytes) {
  BOOST_TEST(!base64_decoded("Zg"));      // no padding
  BOOST_TEST(!base64_decoded("Zh=="));    // padding bits set
  BOOST_TEST(!base64_decoded("Zg==\n"));
  BOOST_TEST(!base64_decoded("Z==="));
  BOOST_TEST(!base64url_decoded("Zg=="));
  BOOST_TEST(!base64url_decoded("+/+/"));
}

BOOST_AUTO_TEST_CASE(hex_round_trip) {
  BOOST_TEST(hex_encoded(std::string("\x00\xff\x10", 3)) == "00ff10");
  BOOST_TEST(hex_decoded("00FF10").value() == std::string("\x00\xff\x10", 3));
  BOOST_TEST(!hex_decoded("0"));
  BOOST_TEST(!hex_decoded("0g"));
}

BOOST_AUTO_TEST_CASE(base64url_is_decoded_into_memory_of_the_right_size_only) {
  std::array<char, 3> out{};
  BOOST_TEST(base64url_decode("YWJj", out));
  BOOST_TEST(std::string_view(out.data(), 3) == "abc");
  for (const char* text : {"YWI", "YWJjZA", "YWJ", "YW+j", "YWJ=", ""}) BOOST_TEST(!base64url_decode(text, out), text);
}

BOOST_AUTO_TEST_CASE(percent_encoding_keeps_unreserved_only) {
  BOOST_TEST(percent_encoded("a-b._~/ \xc3\xa9") == "a-b._~%2F%20%C3%A9");
  BOOST_TEST(percent_encoded("a/b c%", "/") == "a/b%20c%25");
}

BOOST_AUTO_TEST_CASE(percent_decoding_takes_whole_escapes_only) {
  BOOST_TEST(percent_decoded("a%2Fb%c3%A9+").value() == "a/b\xc3\xa9+");
  BOOST_TEST(percent_decoded("").value() == "");
  for (const char* text : {"%", "%2", "a%2", "%g0", "%0g", "%%41"}) BOOST_TEST(!percent_decoded(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
