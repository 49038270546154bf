#include "session/session_cookie.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::session;

namespace {

const SessionCookie kCookie = SessionCookie::make("__Host-sallyport").value();
SessionId id_of(char c) {
  return SessionId::from_bytes(std::string(32, c)).value();
}

SessionCookie::Found find(std::vector<std::string> fields) {
  http::Headers headers;
  for (const std::string& field : fields) headers.add("Cookie", field);
  return kCookie.find(headers);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_session_cookie)

BOOST_AUTO_TEST_CASE(the_name_binds_the_cookie_to_the_host) {
  for (const char* name :
       {"", "__Host-", "sallyport", "__host-x", "__Secure-x", "__Host-a b", "__Host-a=b", "__Host-a;b"}) {
    BOOST_TEST(!SessionCookie::make(name).has_value(), name);
  }
  BOOST_TEST(!SessionCookie::make("__Host-" + std::string(64, 'a')).has_value());
}

// attack case B10
BOOST_AUTO_TEST_CASE(B10_set_cookie_has_what_the_prefix_demands) {
  BOOST_TEST(kCookie.render(id_of('\0')) ==
             "__Host-sallyport=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; Path=/; Secure; HttpOnly; SameSite=Lax");
  BOOST_TEST(kCookie.render_removal() == "__Host-sallyport=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax");
}

BOOST_AUTO_TEST_CASE(the_id_comes_back) {
  const SessionId id = id_of('x');
  const auto found = find({"a=1; __Host-sallyport=" + id.text() + "; b=2"});
  BOOST_TEST((found.id.value() == id));
  BOOST_TEST(!found.is_ambiguous);
  BOOST_TEST(!find({"a=1"}).id);
  BOOST_TEST(!find({}).is_garbage);
  BOOST_TEST(!find({"__host-sallyport=" + id.text()}).id);
}

// attack case B11
BOOST_AUTO_TEST_CASE(B11_two_session_cookies_are_none) {
  const std::string one = "__Host-sallyport=" + id_of('1').text();
  const std::string two = "__Host-sallyport=" + id_of('2').text();
  for (const auto& fields : {std::vector<std::string>{one + "; " + two},
                             {one, two},
                             {one, one},
                             {one + "; a=1", "b=2; " + two},
                             {one + "; __Host-sallyport=garbage"}}) {
    const auto found = find(fields);
    BOOST_TEST(!found.id);
    BOOST_TEST(found.is_ambiguous);
  }
}

BOOST_AUTO_TEST_CASE(garbage_is_no_id) {
  for (const char* value :
       {"", "x", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"}) {
    const auto found = find({"__Host-sallyport=" + std::string(value)});
    BOOST_TEST(!found.id, value);
    BOOST_TEST(found.is_garbage, value);
  }
}

BOOST_AUTO_TEST_SUITE_END()
