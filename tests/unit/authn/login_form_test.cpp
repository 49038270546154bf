#include "authn/login_form.hpp"

#include <boost/test/unit_test.hpp>

#include "base/encoding.hpp"

using namespace sallyport;
using namespace sallyport::authn;

namespace {

const LoginFormLimits kLimits{1000, 8, 20, 30};

session::Session with_token(std::string_view token) {
  return session::begin("handle", Secret(token), TimePoint() + std::chrono::hours(1));
}

http::RequestHead post() {
  http::RequestHead head;
  head.method = "POST";
  head.headers.add("Content-Type", "application/x-www-form-urlencoded");
  head.headers.add("Sec-Fetch-Site", "same-origin");
  return head;
}

tl::expected<LoginAttempt, LoginRefusal> read(std::string_view body, const http::RequestHead& head = post()) {
  const session::Session session = with_token("t0ken");
  return read_login_form(head, body, &session, "https", "app.example", kLimits);
}

bool refused(std::string_view body, LoginRefusal why, const http::RequestHead& head = post()) {
  const auto result = read(body, head);
  return !result && result.error() == why;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_login_form)

BOOST_AUTO_TEST_CASE(a_form_has_a_name_and_a_password) {
  const auto attempt = read("username=+Al%C3%AFce+B+&password=+p%26w+&login-form-type=pwd&token=t0ken&other=x").value();
  BOOST_TEST(attempt.user ==
             "Al\xc3\xaf"
             "ce B");
  BOOST_TEST(attempt.password.reveal() == " p&w ");
  BOOST_TEST(read("token=t0ken&password=p&username=u")->user == "u");
}

// attack case F8
BOOST_AUTO_TEST_CASE(F8_only_our_own_form_of_this_session_logs_in) {
  BOOST_TEST(refused("username=u&password=p", LoginRefusal::stale));
  BOOST_TEST(refused("username=u&password=p&token=", LoginRefusal::stale));
  BOOST_TEST(refused("username=u&password=p&token=t0ke", LoginRefusal::stale));
  BOOST_TEST(refused("username=u&password=p&token=other", LoginRefusal::stale));
  const auto without_session =
      read_login_form(post(), "username=u&password=p&token=t0ken", nullptr, "https", "app.example", kLimits);
  BOOST_TEST((without_session.error() == LoginRefusal::stale));
  const session::Session empty = with_token("");
  BOOST_TEST(
      (read_login_form(post(), "username=u&password=p&token=", &empty, "https", "app.example", kLimits).error() ==
       LoginRefusal::stale));
  http::RequestHead get = post();
  get.method = "GET";
  BOOST_TEST(refused("username=u&password=p&token=t0ken", LoginRefusal::wrong_method, get));
}

// attack case F8
BOOST_AUTO_TEST_CASE(F8_a_form_from_another_page_is_refused) {
  for (const char* site : {"cross-site", "same-site"}) {
    http::RequestHead head = post();
    head.headers.set("Sec-Fetch-Site", site);
    BOOST_TEST(refused("username=u&password=p&token=t0ken", LoginRefusal::foreign, head));
  }
  http::RequestHead head = post();
  head.headers.remove("Sec-Fetch-Site");
  BOOST_TEST(read("username=u&password=p&token=t0ken", head).has_value());  // curl with the right token
  head.headers.add("Origin", "https://evil.example");
  BOOST_TEST(refused("username=u&password=p&token=t0ken", LoginRefusal::foreign, head));
}

// attack case G1
BOOST_AUTO_TEST_CASE(G1_a_blank_password_is_asked_about_nowhere) {
  for (const char* password : {"", "+", "%20%20", "%09", "%0a", "%0D%0A", "%00", "%00secret", "p%00", "a%0ab"}) {
    const auto result = read("username=u&token=t0ken&password=" + std::string(password));
    BOOST_TEST(!result, password);
  }
  BOOST_TEST(refused("username=u&token=t0ken", LoginRefusal::incomplete));
  BOOST_TEST(refused("username=u&token=t0ken&password=", LoginRefusal::incomplete));
  BOOST_TEST(refused("username=+&token=t0ken&password=p", LoginRefusal::incomplete));
  BOOST_TEST(refused("token=t0ken&password=p", LoginRefusal::incomplete));
}

// attack case G2
BOOST_AUTO_TEST_CASE(G2_names_are_text_of_bounded_length) {
  BOOST_TEST(refused("username=%00&token=t0ken&password=p", LoginRefusal::malformed));
  BOOST_TEST(refused("username=a%0d%0ab&token=t0ken&password=p", LoginRefusal::malformed));
  BOOST_TEST(refused("username=%ff&token=t0ken&password=p", LoginRefusal::malformed));
  BOOST_TEST(refused("username=" + std::string(21, 'a') + "&token=t0ken&password=p", LoginRefusal::too_large));
  BOOST_TEST(refused("username=u&token=t0ken&password=" + std::string(31, 'a'), LoginRefusal::too_large));
  BOOST_TEST(read("username=" + percent_encoded("a)(uid=*") + "&token=t0ken&password=p")->user == "a)(uid=*");
}

BOOST_AUTO_TEST_CASE(what_two_readers_could_read_differently_is_refused) {
  BOOST_TEST(refused("username=u&username=v&password=p&token=t0ken", LoginRefusal::malformed));
  BOOST_TEST(refused("username=u&user%6eame=v&password=p&token=t0ken", LoginRefusal::malformed));
  BOOST_TEST(refused("username=%&password=p&token=t0ken", LoginRefusal::malformed));
  BOOST_TEST(refused("username=%4&password=p&token=t0ken", LoginRefusal::malformed));
  BOOST_TEST(refused("username=u&password=p&token=t0ken&x=" + std::string(1000, 'x'), LoginRefusal::too_large));
  BOOST_TEST(refused("a=&b=&c=&d=&e=&f=&g=&h=&i=&token=t0ken", LoginRefusal::too_large));
  BOOST_TEST(refused("username=u&password=p&token=t0ken&login-form-type=cert", LoginRefusal::unsupported));
  http::RequestHead head = post();
  head.headers.set("Content-Type", "multipart/form-data; boundary=x");
  BOOST_TEST(refused("username=u&password=p&token=t0ken", LoginRefusal::malformed, head));
  head.headers.remove("Content-Type");
  BOOST_TEST(refused("username=u&password=p&token=t0ken", LoginRefusal::malformed, head));
}

// attack case F9
BOOST_AUTO_TEST_CASE(F9_a_logout_needs_the_token_too) {
  const session::Session session = with_token("t0ken");
  const auto check = [&](std::string_view body) {
    return check_token_form(post(), body, &session, "https", "app.example", kLimits);
  };
  BOOST_TEST(check("token=t0ken").has_value());
  BOOST_TEST((check("token=x").error() == LoginRefusal::stale));
  BOOST_TEST((check("").error() == LoginRefusal::stale));
  http::RequestHead get = post();
  get.method = "GET";
  BOOST_TEST(!check_token_form(get, "token=t0ken", &session, "https", "app.example", kLimits).has_value());
}

BOOST_AUTO_TEST_CASE(a_code_is_digits_and_the_form_is_judged_like_others) {
  const auto read_code = [](std::string_view body, const http::RequestHead& head = post()) {
    const session::Session session = with_token("t0ken");
    return read_code_form(head, body, &session, "https", "app.example", kLimits);
  };
  BOOST_TEST(read_code("token=t0ken&code=123456").value() == "123456");
  BOOST_TEST(read_code("token=t0ken&code=123+456").value() == "123456");
  for (const char* body : {"token=t0ken", "token=t0ken&code=", "token=t0ken&code=12a456",
                           "token=t0ken&code=12345678901"}) {
    BOOST_TEST((read_code(body).error() == LoginRefusal::incomplete), body);
  }
  BOOST_TEST((read_code("token=t0ken&code=%00123456").error() == LoginRefusal::malformed));
  BOOST_TEST((read_code("code=123456").error() == LoginRefusal::stale));
  BOOST_TEST((read_code("token=t0ken&code=1&code=2").error() == LoginRefusal::malformed));
  http::RequestHead get = post();
  get.method = "GET";
  BOOST_TEST((read_code("token=t0ken&code=123456", get).error() == LoginRefusal::wrong_method));
}

BOOST_AUTO_TEST_SUITE_END()
