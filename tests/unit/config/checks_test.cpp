#include "config/checks.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace sallyport::config;

BOOST_AUTO_TEST_SUITE(config_checks)

BOOST_AUTO_TEST_CASE(host_names_have_labels) {
  BOOST_TEST(is_host_name("www.example.com"));
  BOOST_TEST(is_host_name("localhost"));
  BOOST_TEST(!is_host_name(""));
  BOOST_TEST(!is_host_name("a..b"));
  BOOST_TEST(!is_host_name("-a.b"));
  BOOST_TEST(!is_host_name("a_b"));
  BOOST_TEST(!is_host_name("a/b"));
  BOOST_TEST(!is_host_name(std::string(64, 'a')));
  BOOST_TEST(is_host_name_or_empty(""));
}

BOOST_AUTO_TEST_CASE(aliases_may_be_patterns_and_addresses) {
  for (const char* const good :
       {"www.example.com", "localhost", "*.example.com", "192.0.2.1", "2001:db8::1", "[::1]"}) {
    BOOST_TEST(is_host_alias(good), good);
  }
  for (const char* const bad : {"", "*", "*.", "a.*.example", "*example.com", "*.*.example", "www.example.com:8443",
                                "https://www.example.com", "[::1]:443", "[]", "a b", "*.-a.example"}) {
    BOOST_TEST(!is_host_alias(bad), bad);
  }
}

BOOST_AUTO_TEST_CASE(session_cookies_are_bound_to_their_host) {
  BOOST_TEST(is_cookie_name("__Host-x"));
  BOOST_TEST(!is_cookie_name("__Host-"));
  BOOST_TEST(!is_cookie_name("sallyport"));
  BOOST_TEST(!is_cookie_name("__Host-a;b"));
}

BOOST_AUTO_TEST_CASE(F7_a_page_after_login_is_on_this_server) {
  BOOST_TEST(is_local_url_or_empty("/portal/?a=b"));
  BOOST_TEST(is_local_url_or_empty(""));
  BOOST_TEST(!is_local_url_or_empty("//evil.example"));
  BOOST_TEST(!is_local_url_or_empty("/\\evil.example"));
  BOOST_TEST(!is_local_url_or_empty("https://evil.example"));
}

BOOST_AUTO_TEST_CASE(sources_of_revocation_are_urls) {
  for (const char* const good : {"", "http://ocsp.example.com", "http://ocsp.example.com:8080/a?b=c", "http://[::1]/x"}) {
    BOOST_TEST(is_http_url_or_empty(good), good);
  }
  for (const char* const bad : {"ocsp.example.com", "https://a/", "http://", "http:///x", "http://a b/", "http://u@h/", "http://h:0/"}) {
    BOOST_TEST(!is_http_url_or_empty(bad), bad);
  }
  for (const char* const good : {"", "ldap://ldap.example.com", "ldaps://192.0.2.1:636"}) {
    BOOST_TEST(is_ldap_server_or_empty(good), good);
  }
  for (const char* const bad : {"ldapi://%2Frun", "ldap://h/", "ldap://h/cn=a", "http://h", "h"}) {
    BOOST_TEST(!is_ldap_server_or_empty(bad), bad);
  }
}

BOOST_AUTO_TEST_CASE(names_have_their_characters) {
  BOOST_TEST(is_instance_name("node-1_a.b"));
  BOOST_TEST(!is_instance_name("a/b"));
  BOOST_TEST(!is_instance_name(".."));
  BOOST_TEST(is_token("X-Custom"));
  BOOST_TEST(!is_token("X Custom"));
  BOOST_TEST(!is_token("X:Custom"));
  BOOST_TEST(is_token_or_default("<default>"));
  BOOST_TEST(!is_token_or_default("<other>"));
  BOOST_TEST(is_attribute_name("sAMAccountName"));
  BOOST_TEST(!is_attribute_name("uid)(x"));
  BOOST_TEST(is_realm("Access Manager"));
  BOOST_TEST(!is_realm("a\"b"));
}

BOOST_AUTO_TEST_SUITE_END()
