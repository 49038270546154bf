#include "authn/local_urls.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::authn;

namespace {

LocalUrl of(std::string target) {
  http::RequestHead head;
  head.method = "GET";
  head.target = std::move(target);
  head.headers.add("Host", "app.example");
  return local_url_of(http::canonicalize(head, http::TargetRules{}).value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_local_urls)

BOOST_AUTO_TEST_CASE(the_proxys_own_urls_are_known) {
  BOOST_TEST((of("/pkmslogin") == LocalUrl::login));
  BOOST_TEST((of("/pkmslogin.form?token=x") == LocalUrl::login_form));
  BOOST_TEST((of("/pkmslogout") == LocalUrl::logout));
  BOOST_TEST((of("/pkmshelp") == LocalUrl::help));
  BOOST_TEST((of("/x/../%70kmslogout;a=b") == LocalUrl::logout));
}

BOOST_AUTO_TEST_CASE(what_begins_like_one_is_ours_and_unknown) {
  for (const char* target :
       {"/pkms", "/PKMSLOGOUT", "/pkmslogout/", "/pkmslogout/x", "/pkmsother", "/Pkmslogin.Form"}) {
    BOOST_TEST((of(target) == LocalUrl::unknown), target);
  }
  for (const char* target : {"/", "/app", "/app/pkmslogout", "/pkm"}) {
    BOOST_TEST((of(target) == LocalUrl::none), target);
  }
}

BOOST_AUTO_TEST_SUITE_END()
