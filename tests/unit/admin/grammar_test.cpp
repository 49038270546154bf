#include "admin/grammar.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::admin;

namespace {

using Words = std::vector<std::string>;

void expect(std::string_view line, const Words& words) {
  const auto found = tokenize(line);
  BOOST_REQUIRE_MESSAGE(found.has_value(), line);
  BOOST_TEST(*found == words, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_grammar)

BOOST_AUTO_TEST_CASE(words_are_separated_by_blanks) {
  expect("acl show  default-root\t", {"acl", "show", "default-root"});
  expect("", {});
  expect("   ", {});
  expect("# acl show x", {});
  expect("a #b", {"a", "#b"});
}

BOOST_AUTO_TEST_CASE(quotes_keep_blanks_and_empty_words) {
  expect(R"(acl show "my acl")", {"acl", "show", "my acl"});
  expect(R"(a "" b)", {"a", "", "b"});
  expect(R"(a="b c"d)", {"a=b cd"});
  expect(R"("a \"b\" \\ \c")", {R"(a "b" \ \c)"});
  expect(R"(C:\dir\"x y")", {R"(C:\dir\x y)"});
}

BOOST_AUTO_TEST_CASE(G6_lines_that_could_be_two_are_refused) {
  BOOST_TEST(tokenize("acl show a\nacl delete b").error().detail == "the command has a control character");
  BOOST_TEST(!tokenize(std::string_view("a\0b", 3)));
  BOOST_TEST(!tokenize("a\x1b[31m"));
  BOOST_TEST(!tokenize("\xff"));
  BOOST_TEST(tokenize("acl show \"a").error().detail == "a double quote does not end");
  BOOST_TEST(!tokenize("\"a\\\""));
}

BOOST_AUTO_TEST_CASE(lines_have_limits) {
  BOOST_TEST(tokenize("abcd", {.max_line = 4, .max_words = 1}).has_value());
  BOOST_TEST(!tokenize("abcde", {.max_line = 4, .max_words = 1}));
  BOOST_TEST(!tokenize("a b", {.max_line = 4, .max_words = 1}));
}

BOOST_AUTO_TEST_CASE(a_quoted_word_is_read_as_it_was) {
  for (const std::string word : {"plain", "", "with blank", "quo\"te", "back\\slash", "both \\\" \\", "#comment", "\\",
                                 "é", "tab\there", "trailing\\"}) {
    const auto back = tokenize("x " + quoted(word));
    BOOST_REQUIRE_MESSAGE(back.has_value(), word);
    BOOST_REQUIRE(back->size() == 2u);
    BOOST_TEST((*back)[1] == word);
    BOOST_TEST(tokenize(quoted(word))->size() == 1u, word);
  }
  BOOST_TEST(quoted("plain") == "plain");
}

BOOST_AUTO_TEST_CASE(keywords_may_be_cut_short_as_long_as_they_are_clear) {
  static constexpr std::string_view kWords[] = {"list", "listandshow", "delete", "detach"};
  BOOST_TEST(match_keyword("list", kWords).value() == 0u);
  BOOST_TEST(match_keyword("lista", kWords).value() == 1u);
  BOOST_TEST(match_keyword("del", kWords).value() == 2u);
  BOOST_TEST(!match_keyword("de", kWords));
  BOOST_TEST(!match_keyword("l", kWords));
  BOOST_TEST(!match_keyword("", kWords));
  BOOST_TEST(!match_keyword("lists", kWords));
}

BOOST_AUTO_TEST_SUITE_END()
