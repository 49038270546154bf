#include "http/languages.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::http;

namespace {

std::string chosen(std::string_view accept) {
  Headers headers;
  headers.add("Accept-Language", accept);
  static const std::vector<std::string> kAvailable = {"de", "fr", "pt-br", "zh-hant"};
  return std::string(preferred_language(headers, kAvailable, "en"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_languages)

BOOST_AUTO_TEST_CASE(the_heaviest_range_that_can_be_served_wins) {
  BOOST_TEST(chosen("de") == "de");
  BOOST_TEST(chosen("DE") == "de");
  BOOST_TEST(chosen("de-AT, fr;q=0.9") == "de");
  BOOST_TEST(chosen("fr;q=0.2, de;q=0.8") == "de");
  BOOST_TEST(chosen("fr, de") == "fr");
  BOOST_TEST(chosen("es, pt-BR;q=0.3") == "pt-br");
  BOOST_TEST(chosen("zh-Hant-TW") == "zh-hant");
  BOOST_TEST(chosen("zh-Hant-x-private") == "zh-hant");
}

BOOST_AUTO_TEST_CASE(the_default_is_for_its_own_language_and_for_everything_else) {
  for (const char* const accept : {"", "*", "en", "en-GB, de;q=0.9", "es", "pt", "zh", "de;q=0", "de;q=2", "de;q=x"}) {
    BOOST_TEST_CONTEXT(accept) { BOOST_TEST(chosen(accept) == ""); }
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_tag_is_never_looked_for) {
  for (const char* const accept : {"../de", "de/..", "de\\", "d", "errors", "de--at", "-de", "de_DE"}) {
    BOOST_TEST_CONTEXT(accept) {
      BOOST_TEST(!is_language_tag(accept));
      BOOST_TEST(chosen(accept) == "");
    }
  }
  BOOST_TEST(!is_language_tag("de-" + std::string(100, 'a')));
  for (const char* const tag : {"de", "pt-BR", "zh-Hant-TW", "gsw", "es-419"}) BOOST_TEST(is_language_tag(tag));
}

BOOST_AUTO_TEST_SUITE_END()
