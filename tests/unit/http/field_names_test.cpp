#include "http/field_names.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::http;

BOOST_AUTO_TEST_SUITE(http_field_names)

BOOST_AUTO_TEST_CASE(B2_every_spelling_of_a_name_folds_to_one) {
  for (const std::string_view name : {"iv-user", "iv_user", "IV.User", "iv user", "http_iv_user", "HTTP-IV-USER",
                                      "Http.Http_iv_user", "iv!user", "iv'user"}) {
    BOOST_TEST(folded(name) == "iv-user");
  }
  BOOST_TEST(folded("HTTP2-Settings") == "http2-settings");
  BOOST_TEST(folded("ivuser") == "ivuser");
  BOOST_TEST(folded("http_") == "");
  BOOST_TEST(folded("") == "");
}

BOOST_AUTO_TEST_CASE(B1_names_and_prefixes_are_found_in_every_spelling) {
  ReservedNames reserved;
  reserved.add("X_Secret.Name");
  reserved.add_prefix("iv-");
  reserved.add_prefix("am-eai-");
  for (const std::string_view name : {"x-secret-name", "X_SECRET_NAME", "http_x_secret_name", "iv-user", "IV_GROUPS",
                                      "iv.", "http.iv.creds", "am_eai.auth-level"}) {
    BOOST_TEST(reserved.matches(name));
  }
  for (const std::string_view name : {"x-secret-names", "x-secret-nam", "iv", "ivy-user", "div-user", "am-eai", "http-",
                                      "h", "", "accept", "-iv-user", "xhttp-iv-user"}) {
    BOOST_TEST(!reserved.matches(name));
  }
}

BOOST_AUTO_TEST_CASE(long_names_are_matched_by_all_their_characters) {
  FoldedNames names;
  const std::string long_name(200, 'x');
  names.add(long_name, 3);
  names.add_prefix(std::string(100, 'y'), 4);
  BOOST_TEST(names.find(long_name) == 3);
  BOOST_TEST(names.find(std::string(199, 'x')) == FoldedNames::kNone);
  BOOST_TEST(names.find(std::string(201, 'X')) == FoldedNames::kNone);
  BOOST_TEST(names.find(std::string(300, 'Y')) == 4);
  BOOST_TEST(names.find(std::string(99, 'y')) == FoldedNames::kNone);
}

BOOST_AUTO_TEST_CASE(an_empty_set_matches_nothing_and_empty_names_are_not_added) {
  ReservedNames reserved;
  BOOST_TEST(!reserved.matches("iv-user"));
  reserved.add_prefix("");
  reserved.add("http-");
  BOOST_TEST(!reserved.matches("iv-user"));
  BOOST_TEST(!reserved.matches(""));
}

BOOST_AUTO_TEST_CASE(B2_a_spelling_that_some_would_fold_is_not_the_usual_one) {
  for (const char* name : {"Content-Length", "host", "X-2"}) BOOST_TEST(is_usual_spelling(name), name);
  for (const char* name : {"Content_Length", "http-host", "HTTP_HOST", "content.type"}) {
    BOOST_TEST(!is_usual_spelling(name), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
