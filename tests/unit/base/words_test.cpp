#include "base/words.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

#include "base/text.hpp"

using namespace sallyport;

namespace {

// Words of `usual` with one other byte, at each place.
template <class Check>
void for_each_word(char usual, Check check) {
  for (std::size_t place = 0; place < words::kSize; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(words::kSize, usual);
      text[place] = static_cast<char>(byte);
      check(text, place, text[place]);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(base_words)

BOOST_AUTO_TEST_CASE(the_first_byte_that_is_looked_for_is_found_at_its_place) {
  // What stands behind it makes no difference.
  for (const std::string_view behind : {"aaaaaaaa", "\x01\x1f\x20\x7f\x80\xff:\x21", "::::::::", "\x7e\x7e\x80\x80\x7f\x7f\x20\x1f"}) {
    for_each_word('a', [&](std::string text, std::size_t place, char c) {
      for (std::size_t i = place + 1; i < text.size(); ++i) text[i] = behind[i];
      const std::uint64_t word = words::load(text.data());
      const auto expect = [&](std::uint64_t answer, bool is_there, const char* what) {
        const std::size_t found = answer == 0 ? words::kSize : words::first(answer);
        BOOST_REQUIRE_MESSAGE(is_there ? found == place : found > place, what << " at " << place << " of " << int(c));
      };
      expect(words::any_control(word), is_control(c), "control");
      expect(words::any_equal(word, ':'), c == ':', "colon");
      expect(words::any_equal(word, 0xff), c == '\xff', "0xff");
      expect(words::any_below(word, 0x21), static_cast<unsigned char>(c) < 0x21, "below");
    });
  }
}

BOOST_AUTO_TEST_CASE(letters_are_told_from_everything_else) {
  for (const char usual : {'a', '0', '\xff'}) {
    for_each_word(usual, [](const std::string& text, std::size_t place, char c) {
      const bool says_yes = (words::letters(words::load(text.data())) >> (8 * place + 7) & 1) != 0;
      BOOST_REQUIRE_EQUAL(says_yes, is_alpha(c));
    });
  }
}

BOOST_AUTO_TEST_CASE(case_is_ignored_in_letters_only_at_every_length) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int a = 0; a < 256; ++a) {
        std::string one(size, 'x');
        std::string other(size, 'X');
        one[place] = static_cast<char>(a);
        for (const int b : {a, a ^ 0x20, a ^ 0x40, a ^ 0x80, a ^ 1}) {
          other[place] = static_cast<char>(b);
          BOOST_REQUIRE_EQUAL(equal_ignoring_case(one, other), to_lower(one[place]) == to_lower(other[place]));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
