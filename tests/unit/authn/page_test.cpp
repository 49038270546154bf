#include "authn/page.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::authn;

namespace {

std::string rendered(std::string_view text, const PageValues& values, std::string_view style = "") {
  return Page::parse("page.html", text, style).value().render(values);
}

std::string error_of(std::string_view text, std::string_view style = "") {
  const auto page = Page::parse("page.html", text, style);
  return page ? "" : page.error().detail;
}

PageValues values_with(std::string_view name, std::string_view value) {
  PageValues values;
  values.set(name, value);
  return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_page)

BOOST_AUTO_TEST_CASE(macros_are_replaced_once_and_escaped) {
  PageValues values;
  values.set("USERNAME", "<b>\"O'Neil\" & %ERROR%</b>");
  values.set("ERROR", "no");
  values.set("HTTPHDR", "User-Agent", "x");
  BOOST_TEST(rendered("<p>%USERNAME%</p>", values) == "<p>&lt;b&gt;&quot;O&#39;Neil&quot; &amp; %ERROR%&lt;/b&gt;</p>");
  BOOST_TEST(rendered("%ERROR%%ERROR_TEXT%%HTTPHDR{User-Agent}%%URL%.", values) == "nonox.");
}

BOOST_AUTO_TEST_CASE(a_percent_sign_alone_stands_for_itself) {
  BOOST_TEST(rendered("<style>a{width:100%;height:50%}</style> 5 % %lower% 100%", {}) ==
             "<style>a{width:100%;height:50%}</style> 5 % %lower% 100%");
  BOOST_TEST(rendered("%%USERNAME%%", values_with("USERNAME", "u")) == "%u%");
  BOOST_TEST(rendered("%HTTPHDR{x", {}) == "%HTTPHDR{x");
}

BOOST_AUTO_TEST_CASE(errors_name_file_and_line) {
  BOOST_TEST(error_of("a\nb\n%USERNAM%") == "page.html:3: unknown macro %USERNAM%; is it %USERNAME%?");
  BOOST_TEST(error_of("%XYZZY%") == "page.html:1: unknown macro %XYZZY%");
  BOOST_TEST(error_of("%HTTPHDR%") == "page.html:1: %HTTPHDR% needs an argument: %HTTPHDR{...}%");
  BOOST_TEST(error_of("%HTTPHDR{}%") == "page.html:1: %HTTPHDR% needs an argument: %HTTPHDR{...}%");
  BOOST_TEST(error_of("%URL{x}%") == "page.html:1: %URL% takes no argument");
  BOOST_TEST(error_of("\xff") == "page.html:1: not UTF-8");
}

BOOST_AUTO_TEST_CASE(a_section_is_shown_or_left_out) {
  const std::string_view text = "a%CERTAUTHN%<b>%USERNAME%</b><!-- end -->c%TOKENAUTHN%t<!-- -->d";
  PageValues values = values_with("USERNAME", "u");
  BOOST_TEST(rendered(text, values) == "acd");
  values.show("CERTAUTHN");
  BOOST_TEST(rendered(text, values) == "a<b>u</b><!-- end -->cd");
  values.show("TOKENAUTHN");
  BOOST_TEST(rendered(text, values) == "a<b>u</b><!-- end -->ct<!-- -->d");
  BOOST_TEST(error_of("%CERTAUTHN% %HTTPHDR{-->}% b") ==
             "page.html:1: the section %CERTAUTHN% has no end: \"-->\" is missing");
  BOOST_TEST(error_of("a\n%CERTAUTHN% b") == "page.html:2: the section %CERTAUTHN% has no end: \"-->\" is missing");
  BOOST_TEST(!error_of("%CERTAUTHN% %TOKENAUTHN% <!-- --> <!-- -->").empty());
  BOOST_TEST(!error_of("<p title=\"%CERTAUTHN%\"><!-- -->").empty());
}

BOOST_AUTO_TEST_CASE(a_value_cannot_end_a_section) {
  PageValues values = values_with("USERNAME", "--><script>");
  BOOST_TEST(rendered("%CERTAUTHN%%USERNAME%<!-- -->x", values) == "x");
}

BOOST_AUTO_TEST_CASE(no_value_goes_where_escaping_does_not_help) {
  for (const char* text :
       {"<p class=%USERNAME%>", "<p %USERNAME%>", "<%USERNAME%>", "<script>'%USERNAME%'</script>",
        "<style>%USERNAME%</style>", "<p onclick=\"%USERNAME%\">", "<p style='%USERNAME%'>",
        "<iframe srcdoc='%USERNAME%'>", "<!--><p onclick='%USERNAME%'>", "<!-- a --!><p onclick='%USERNAME%'>",
        "<SCRIPT type='a'>%USERNAME%", "<p a='x' onload ='%URL%'>"}) {
    BOOST_TEST(error_of(text).find("no value is safe") != std::string::npos, text);
  }
  for (const char* text : {"<p class=\"%USERNAME%\">", "<p title='a %USERNAME%'>", "<!-- %USERNAME% -->",
                           "<script>1</script>%USERNAME%", "<textarea>%USERNAME%</textarea>%URL%", "1 < 2 %USERNAME%",
                           "<!doctype html>%USERNAME%", "<input disabled value='%USERNAME%'/>%URL%"}) {
    BOOST_TEST(error_of(text) == "", text);
  }
}

BOOST_AUTO_TEST_CASE(an_url_is_a_path_or_http) {
  const std::string_view text = "<a href=\"%BACK_URL%\">";
  BOOST_TEST(rendered(text, values_with("BACK_URL", "/x?a=1&b")) == "<a href=\"/x?a=1&amp;b\">");
  BOOST_TEST(rendered(text, values_with("BACK_URL", "https://app.example/")) == "<a href=\"https://app.example/\">");
  for (const char* url : {"javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x",
                          " javascript:x", "java\tscript:x", "x"}) {
    BOOST_TEST(rendered(text, values_with("BACK_URL", url)) == "<a href=\"#\">", url);
  }
  BOOST_TEST(rendered("<a href='/help?u=%USERNAME%'>", values_with("USERNAME", "a&b'")) ==
             "<a href='/help?u=a%26b%27'>");
  BOOST_TEST(rendered("<form action='%HTTPS_BASE%%URL%'>", values_with("HTTPS_BASE", "https://a/")) ==
             "<form action='https://a/'>");
}

BOOST_AUTO_TEST_CASE(the_style_sheet_is_taken_in_as_it_is) {
  BOOST_TEST(rendered("<style>%STYLE%</style>", {}, "a > b { color: red }") == "<style>a > b { color: red }</style>");
  BOOST_TEST(error_of("%STYLE%", "a{}") == "page.html:1: %STYLE% belongs into <style>");
  BOOST_TEST(error_of("<style>%STYLE%</style>", "</style><script>") ==
             "page.html:1: the style sheet must not contain \"</\"");
}

BOOST_AUTO_TEST_CASE(arguments_are_listed_for_look_up) {
  const auto page = Page::parse("p", "%HTTPHDR{Accept}% %CREDATTR{mail}% %HTTPHDR{Via}%", "").value();
  BOOST_TEST(page.arguments_of("HTTPHDR").size() == 2u);
  BOOST_TEST(page.arguments_of("HTTPHDR")[1] == "Via");
  BOOST_TEST(page.arguments_of("CREDATTR")[0] == "mail");
  BOOST_TEST(page.arguments_of("URL").empty());
}

BOOST_AUTO_TEST_SUITE_END()
