// The pages that come with the program can be rendered, and say what they must.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "authn/page.hpp"

using namespace sallyport;
using namespace sallyport::authn;

namespace {

std::string file(const std::string& name) {
  std::ifstream in(SALLYPORT_TEST_PAGES "/" + name);
  BOOST_REQUIRE_MESSAGE(in, "no " << name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string shown(const std::string& name, const std::vector<const char*>& sections = {"FORMSAUTHN"}) {
  PageValues values;
  for (const char* section : sections) values.show(section);
  values.set("HOSTNAME", "www.example");
  values.set("REQUEST_ID", "REQ<1>");
  values.set("FORM_TOKEN", "t0ken");
  values.set("USERNAME", "al<i>ce");
  values.set("STEPUP", "more <than> that");
  const auto page = Page::parse(name, file(name), file("style.css"));
  BOOST_REQUIRE_MESSAGE(page, page.error().detail);
  return page->render(values);
}

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

const char* const kPages[] = {"login.html",      "login_success.html", "logout.html",     "logout_confirm.html",
                              "help.html",       "acct_locked.html",   "errors/400.html", "errors/401.html",
                              "errors/403.html", "errors/404.html",    "errors/405.html", "errors/413.html",
                              "errors/414.html", "errors/421.html",    "errors/429.html", "errors/431.html",
                              "errors/500.html", "errors/502.html",    "errors/503.html", "errors/504.html",
                              "stepuplogin.html"};

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_shipped_pages)

BOOST_AUTO_TEST_CASE(every_page_is_whole_and_asks_for_nothing_from_elsewhere) {
  for (const char* name : kPages) {
    const std::string page = shown(name);
    BOOST_TEST(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), name);
    BOOST_TEST(has(page, "name=\"viewport\""), name);
    BOOST_TEST(has(page, "prefers-color-scheme"), name);
    BOOST_TEST(has(page, "<main id=\"main\">"), name);
    BOOST_TEST(has(page, "REQ&lt;1&gt;"), name);
    BOOST_TEST(has(page, " - www.example</title>"), name);
    for (const char* foreign :
         {"<script", "http:", "https:", " src=", "@import", "url(", "onload", "%STYLE%", "al<i>ce"}) {
      BOOST_TEST(!has(page, foreign), name << " has " << foreign);
    }
  }
}

BOOST_AUTO_TEST_CASE(error_pages_name_their_status) {
  for (const char* name : kPages) {
    const std::string_view status = name;
    if (!status.starts_with("errors/")) continue;
    BOOST_TEST(has(shown(name), "Error " + std::string(status.substr(7, 3))), name);
  }
}

BOOST_AUTO_TEST_CASE(the_login_form_has_labels_and_the_token) {
  const std::string page = shown("login.html");
  for (const char* part : {"method=\"post\" action=\"/pkmslogin.form\"", "name=\"token\" value=\"t0ken\"",
                           "name=\"login-form-type\" value=\"pwd\"", "<label for=\"username\">", "id=\"username\"",
                           "<label for=\"password\">", "id=\"password\" name=\"password\" type=\"password\"",
                           "value=\"al&lt;i&gt;ce\"", "autocomplete=\"current-password\""}) {
    BOOST_TEST(has(page, part), part);
  }
  BOOST_TEST(!has(page, "value=\"cert\""));
}

BOOST_AUTO_TEST_CASE(a_page_has_the_forms_of_the_methods_that_are_offered) {
  for (const char* name : {"login.html", "stepuplogin.html"}) {
    const std::string by_certificate = shown(name, {"CERTAUTHN"});
    BOOST_TEST(has(by_certificate, "value=\"cert\""), name);
    BOOST_TEST(!has(by_certificate, "value=\"pwd\""), name);
    BOOST_TEST(!has(by_certificate, "type=\"password\""), name);
    BOOST_TEST(has(by_certificate, "</html>"), name);
    const std::string by_password = shown(name, {"FORMSAUTHN"});
    BOOST_TEST(!has(by_password, "value=\"cert\""), name);
    BOOST_TEST(has(by_password, "value=\"pwd\""), name);
    BOOST_TEST(has(by_password, "name=\"token\" value=\"t0ken\""), name);
  }
  BOOST_TEST(has(shown("stepuplogin.html"), "more &lt;than&gt; that"));
}

// attack case F9
BOOST_AUTO_TEST_CASE(F9_logging_out_is_a_form_with_a_token) {
  const std::string page = shown("logout_confirm.html");
  BOOST_TEST(has(page, "method=\"post\" action=\"/pkmslogout\""));
  BOOST_TEST(has(page, "name=\"token\" value=\"t0ken\""));
}

BOOST_AUTO_TEST_SUITE_END()
