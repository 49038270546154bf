#include "http/forms.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::http;

namespace {

Errc error_of(std::string_view body, const FormLimits& limits = {}) {
  const auto form = Form::parse(body, limits);
  return form ? Errc::internal : form.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_forms)

BOOST_AUTO_TEST_CASE(a_form_is_decoded) {
  const auto form = Form::parse("username=alice+b&password=%70%26%3d%c3%a9%2B&&empty=&flag", FormLimits{});
  BOOST_REQUIRE(form);
  BOOST_TEST(form->find("username").value() == "alice b");
  BOOST_TEST(form->find("password").value() == "p&=\xc3\xa9+");
  BOOST_TEST(form->find("empty").value() == "");
  BOOST_TEST(form->find("flag").value() == "");
  BOOST_TEST(!form->find("Username"));
  BOOST_TEST(form->size() == 4u);
  BOOST_TEST(Form::parse("", FormLimits{})->size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_form_that_can_be_read_in_two_ways_is_refused) {
  for (const std::string_view body : {"a=1&a=2", "a=1&%61=2", "a&a", "a=%", "a=%1", "a=%zz", "%=1", "a=%00", "a=\x01",
                                      "a=%7f", "a=%ff", "a=%c0%ae", "%ff=1"}) {
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST((error_of(body) == Errc::malformed));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_form_has_limits) {
  FormLimits limits;
  limits.max_bytes = 7;
  limits.max_fields = 2;
  BOOST_TEST(Form::parse("a=1&b=2", limits).has_value());
  BOOST_TEST((error_of("a=1&b=23", limits) == Errc::too_large));
  BOOST_TEST((error_of("a&b&c", limits) == Errc::too_large));
}

BOOST_AUTO_TEST_CASE(the_type_of_a_form_is_recognised) {
  BOOST_TEST(is_form_type("application/x-www-form-urlencoded"));
  BOOST_TEST(is_form_type("Application/X-WWW-Form-Urlencoded ; charset=UTF-8"));
  BOOST_TEST(is_form_type("application/x-www-form-urlencoded; charset=\"utf-8\""));
  BOOST_TEST(!is_form_type("application/x-www-form-urlencoded; charset=utf-16"));
  BOOST_TEST(!is_form_type("multipart/form-data; boundary=x"));
  BOOST_TEST(!is_form_type(""));
}

BOOST_AUTO_TEST_SUITE_END()
