#include "base/base32.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;

BOOST_AUTO_TEST_SUITE(base_base32)

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_4648_hold_in_both_directions) {
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},           {"f", "MY"},          {"fo", "MZXQ"},
                                                          {"foo", "MZXW6"},   {"foob", "MZXW6YQ"},  {"fooba", "MZXW6YTB"},
                                                          {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : kVectors) {
    BOOST_TEST(base32_encoded(bytes) == text);
    BOOST_TEST(base32_decoded(text).value() == bytes);
  }
  BOOST_TEST(base32_decoded("MY======").value() == "f");
  BOOST_TEST(base32_decoded("mzxw 6ytb-oi").value() == "foobar");
}

BOOST_AUTO_TEST_CASE(every_byte_comes_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    BOOST_TEST(base32_decoded(base32_encoded(bytes)).value() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(what_no_bytes_are_written_as_is_refused) {
  for (const char* text : {"M", "MZX", "MZXW6Y", "MZ", "M1", "M0", "M8", "MY=Y", "M\tY", "MZXW6YR"}) {
    BOOST_TEST(!base32_decoded(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
