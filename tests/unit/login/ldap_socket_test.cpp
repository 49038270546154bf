#include "login/ldap_socket.hpp"

#include <netinet/in.h>

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::login;
using namespace std::chrono_literals;

namespace {

TimePoint soon() {
  return std::chrono::steady_clock::now() + 5s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_ldap_socket)

BOOST_AUTO_TEST_CASE(a_url_says_where_the_server_is) {
  const auto secure = parse_ldap_url("ldaps://ldap.example.com").value();
  BOOST_TEST((secure.scheme == LdapAddress::Scheme::ldaps));
  BOOST_TEST(secure.host == "ldap.example.com");
  BOOST_TEST(secure.port == "636");
  const auto plain = parse_ldap_url("ldap://[::1]:3890/").value();
  BOOST_TEST((plain.scheme == LdapAddress::Scheme::ldap));
  BOOST_TEST(plain.host == "::1");
  BOOST_TEST(plain.port == "3890");
  const auto local = parse_ldap_url("ldapi://%2Frun%2Fslapd%2Fldapi").value();
  BOOST_TEST((local.scheme == LdapAddress::Scheme::ldapi));
  BOOST_TEST(local.host == "/run/slapd/ldapi");
}

BOOST_AUTO_TEST_CASE(what_is_no_url_of_a_server_is_an_error) {
  for (const char* url : {"", "ldap.example.com", "http://ldap.example.com", "ldap://", "ldapi://", "cldap://a"}) {
    BOOST_TEST(!parse_ldap_url(url).has_value(), url);
  }
}

BOOST_AUTO_TEST_CASE(connecting_tells_what_went_wrong) {
  const net::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = net::SocketAddress::of(Endpoint{*IpAddress::parse("127.0.0.1"), 0});
  BOOST_TEST_REQUIRE(bind(listener.get(), address.get(), address.length) == 0);
  address.length = sizeof address.storage;
  BOOST_TEST_REQUIRE(getsockname(listener.get(), address.get(), &address.length) == 0);
  const std::string url = "ldap://127.0.0.1:" + std::to_string(address.endpoint().port);
  const auto refused = connect_to(parse_ldap_url(url).value(), soon());
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == Errc::refused));
  BOOST_TEST(refused.error().detail.starts_with(url + ": "));
  BOOST_TEST_REQUIRE(listen(listener.get(), 1) == 0);
  BOOST_TEST(connect_to(parse_ldap_url(url).value(), soon()).has_value());
  BOOST_TEST(!connect_to(parse_ldap_url("ldapi://%2Fno%2Fsuch%2Fsocket").value(), soon()).has_value());
  BOOST_TEST(!connect_to(parse_ldap_url("ldapi://%2F" + std::string(200, 'x')).value(), soon()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
