#include "base/endpoint.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;

BOOST_AUTO_TEST_SUITE(base_endpoint)

BOOST_AUTO_TEST_CASE(one_client_has_one_address_whichever_socket_it_came_through) {
  BOOST_TEST((IpAddress::parse("10.1.2.3") == IpAddress::parse("::ffff:10.1.2.3")));
  BOOST_TEST(IpAddress::parse("::ffff:10.1.2.3")->to_string() == "10.1.2.3");
  BOOST_TEST(!IpAddress::parse("10.1.2"));
  BOOST_TEST(!IpAddress::parse("10.1.2.3:80"));
  BOOST_TEST(!IpAddress::parse(std::string("10.1.2.3\0", 9)));
}

BOOST_AUTO_TEST_CASE(networks_contain_what_their_prefix_says) {
  const auto ten = Cidr::parse("10.0.0.0/8").value();
  BOOST_TEST(ten.contains(*IpAddress::parse("10.255.0.1")));
  BOOST_TEST(!ten.contains(*IpAddress::parse("11.0.0.1")));
  BOOST_TEST(ten.to_string() == "10.0.0.0/8");
  const auto odd = Cidr::parse("192.168.1.129/25").value();
  BOOST_TEST(odd.contains(*IpAddress::parse("192.168.1.200")));
  BOOST_TEST(!odd.contains(*IpAddress::parse("192.168.1.127")));
  const auto six = Cidr::parse("2001:db8::/33").value();
  BOOST_TEST(six.contains(*IpAddress::parse("2001:db8:7fff::1")));
  BOOST_TEST(!six.contains(*IpAddress::parse("2001:db8:8000::1")));
  BOOST_TEST(Cidr::parse("0.0.0.0/0")->contains(*IpAddress::parse("1.2.3.4")));
  BOOST_TEST(!Cidr::parse("0.0.0.0/0")->contains(*IpAddress::parse("::1")));
  BOOST_TEST(!Cidr::parse("10.0.0.0/33"));
  BOOST_TEST(!Cidr::parse("10.0.0.0/"));
}

BOOST_AUTO_TEST_CASE(endpoints_are_written_with_brackets_where_needed) {
  BOOST_TEST((Endpoint{*IpAddress::parse("127.0.0.1"), 80}.to_string()) == "127.0.0.1:80");
  BOOST_TEST((Endpoint{*IpAddress::parse("::1"), 443}.to_string()) == "[::1]:443");
}

BOOST_AUTO_TEST_SUITE_END()
