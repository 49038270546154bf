#include "http/chars.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace sallyport::http;

namespace {

// What the eight-at-a-time functions say of a text with one byte that may not be there, at each place of texts of each
// length, against the table.
template <class Judge>
void compare(Judge judge, CharClass wanted, char usual) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, usual);
        text[place] = static_cast<char>(byte);
        BOOST_REQUIRE_EQUAL(judge(text), is_in(text[place], wanted));
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_chars)

BOOST_AUTO_TEST_CASE(a_token_is_judged_by_each_of_its_bytes) {
  compare([](const std::string& text) { return is_token(text); }, kToken, 'a');
  BOOST_TEST(!is_token(""));
}

BOOST_AUTO_TEST_CASE(a_field_value_is_judged_by_each_of_its_bytes) {
  compare([](const std::string& text) { return is_field_value(text); }, kFieldValue, 'a');
  BOOST_TEST(is_field_value(""));
}

BOOST_AUTO_TEST_CASE(a_target_is_judged_by_each_of_its_bytes) {
  const auto judge = [](const std::string& text) { return is_target_text(text) || text.find('#') != text.npos; };
  compare(judge, kVisible, '/');
  BOOST_TEST(!is_target_text(""));
  BOOST_TEST(!is_target_text("/a#b"));
  BOOST_TEST(!is_target_text("/aaaaaaaaaaaa#aaaaaaa"));
}

BOOST_AUTO_TEST_SUITE_END()
