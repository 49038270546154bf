#include "junction/case_folding.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::junction;

BOOST_AUTO_TEST_SUITE(junction_case_folding)

// attack case A7
BOOST_AUTO_TEST_CASE(A7_every_spelling_of_a_name_is_one_object) {
  BOOST_TEST(folded_path("/ADMIN/Index.HTML").value() == "/admin/index.html");
  BOOST_TEST(folded_path("/").value() == "/");
  BOOST_TEST(folded_path("").value() == "");
  const std::pair<const char*, const char*> pairs[] = {
      {"/\xc3\x84", "/\xc3\xa4"},                  // A with diaeresis
      {"/\xc3\x9f", "/\xc3\x9f"},                  // sharp s has no simple capital
      {"/\xc4\xb9", "/\xc4\xba"},                  // L with acute
      {"/\xc5\xb8", "/\xc3\xbf"},                  // Y with diaeresis
      {"/\xc5\xbd", "/\xc5\xbe"},                  // Z with caron
      {"/\xce\xa3\xcf\x82", "/\xcf\x83\xcf\x83"},  // capital and final sigma
      {"/\xce\x8f", "/\xcf\x8e"},                  // omega with tonos
      {"/\xd0\x81\xd0\x96", "/\xd1\x91\xd0\xb6"},  // Cyrillic IO, ZHE
      {"/\xe6\xbc\xa2", "/\xe6\xbc\xa2"},          // a Chinese character
  };
  for (const auto& [upper, lower] : pairs) {
    BOOST_TEST(folded_path(upper).value() == lower);
    BOOST_TEST(folded_path(lower).value() == lower);
  }
}

// attack case A7
BOOST_AUTO_TEST_CASE(A7_other_names_of_windows_files_are_not_found) {
  for (const char* path :
       {"/admin.", "/admin./x", "/admin ", "/admin::$DATA", "/a:b/x", "/ADMINI~1", "/admin...",
        "/\xe2\x84\xaa" /* Kelvin sign */, "/\xc5\xbf" /* long s */, "/\xc4\xb0", "/\xc4\xb1",
        "/\xef\xbc\xa1" /* fullwidth A */, "/e\xcc\x81" /* combining acute */, "/\xf0\x90\x90\x80" /* Deseret */}) {
    const auto result = folded_path(path);
    BOOST_TEST(!result, path);
    BOOST_TEST((result.error().code == Errc::not_found));
  }
  BOOST_TEST(folded_path("/~alice/a.b/.hidden").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
