#include "base/text.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;

BOOST_AUTO_TEST_SUITE(base_text)

BOOST_AUTO_TEST_CASE(numbers_have_digits_only_and_a_ceiling) {
  BOOST_TEST(parse_unsigned("0").value() == 0u);
  BOOST_TEST(parse_unsigned("18446744073709551615").value() == UINT64_MAX);
  BOOST_TEST(!parse_unsigned("18446744073709551616"));
  BOOST_TEST(!parse_unsigned(""));
  BOOST_TEST(!parse_unsigned("+5"));
  BOOST_TEST(!parse_unsigned("5 "));
  BOOST_TEST(parse_unsigned("65535", 65535).value() == 65535u);
  BOOST_TEST(!parse_unsigned("65536", 65535));
  BOOST_TEST(!parse_unsigned("9", 5));
}

BOOST_AUTO_TEST_CASE(utf8_is_judged_by_rfc_3629) {
  BOOST_TEST(is_utf8("caf\xc3\xa9 \xf0\x9f\x90\xab"));
  BOOST_TEST(!is_utf8("\xc0\xae"));           // overlong '.'
  BOOST_TEST(!is_utf8("\xe0\x80\xae"));       // overlong '.'
  BOOST_TEST(!is_utf8("\xed\xa0\x80"));       // surrogate
  BOOST_TEST(!is_utf8("\xf4\x90\x80\x80"));   // above U+10FFFF
  BOOST_TEST(!is_utf8("\xc3"));
  BOOST_TEST(!is_utf8("\xff"));
}

// attack case G7
BOOST_AUTO_TEST_CASE(G7_log_lines_have_no_control_characters) {
  BOOST_TEST(log_escaped("a\r\nb\x1b[31m\x7f\\\"") == "a\\x0d\\x0ab\\x1b[31m\\x7f\\x5c\"");
  BOOST_TEST(log_escaped("\xc2\x9b" "31m caf\xc3\xa9 \xff") == "\\xc2\\x9b31m caf\xc3\xa9 \\xff");
  BOOST_TEST(log_escaped(std::string(2000, 'a'), 10) == "aaaaaaaaaa...");
  std::string line = "\"";
  append_log_escaped(line, "a\" b\\", 100, '"');
  BOOST_TEST(line == "\"a\\x22 b\\x5c");
}

BOOST_AUTO_TEST_CASE(html_is_escaped_for_content_and_attributes) {
  BOOST_TEST(html_escaped("<a href=\"x\" b='y'>&") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
}

BOOST_AUTO_TEST_CASE(a_typing_mistake_finds_its_word) {
  const std::vector<std::string_view> words = {"https-port", "http-port", "worker-threads"};
  BOOST_TEST(nearest("htps-port", words).value() == "https-port");
  BOOST_TEST(nearest("worker-thread", words).value() == "worker-threads");
  BOOST_TEST(!nearest("colour", words));
}

BOOST_AUTO_TEST_CASE(splitting_and_trimming) {
  BOOST_TEST(split("a,,b", ',').size() == 3u);
  BOOST_TEST(split("", ',').size() == 1u);
  BOOST_TEST(trimmed(" \ta b\t ") == "a b");
  BOOST_TEST(equal_ignoring_case("Iv-User", "iv-uSER"));
  BOOST_TEST(starts_with_ignoring_case("Iv-User", "IV-"));
}

BOOST_AUTO_TEST_SUITE_END()
