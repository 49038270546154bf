#include "http/forwarded.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::http;

namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

// 10.0.0.0/8 is trusted.
std::string client(std::string_view name, std::vector<std::string_view> lines, std::string_view peer = "10.0.0.1") {
  Headers headers;
  for (const auto line : lines) headers.add(name, line);
  const auto field = name == "Forwarded" ? ForwardedField::forwarded : ForwardedField::x_forwarded_for;
  const Cidr network = Cidr::parse("10.0.0.0/8").value();
  return client_behind(ip(peer), forwarded_addresses(headers, field),
                       [&](const IpAddress& address) { return network.contains(address); })
      .to_string();
}

constexpr std::string_view kOld = "X-Forwarded-For";
constexpr std::string_view kNew = "Forwarded";

}  // namespace

BOOST_AUTO_TEST_SUITE(http_forwarded)

BOOST_AUTO_TEST_CASE(B6_the_last_address_that_is_no_proxys_is_the_client) {
  BOOST_TEST(client(kOld, {"192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(client(kOld, {"203.0.113.9, 192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(client(kOld, {"203.0.113.9, 192.0.2.7, 10.1.1.1"}) == "192.0.2.7");
  BOOST_TEST(client(kOld, {"203.0.113.9", "192.0.2.7", "10.1.1.1,10.2.2.2"}) == "192.0.2.7");
  BOOST_TEST(client(kOld, {"10.3.3.3, 10.2.2.2"}) == "10.3.3.3");
  BOOST_TEST(client(kOld, {"192.0.2.7:4711"}) == "192.0.2.7");
  BOOST_TEST(client(kOld, {"2001:db8::7"}) == "2001:db8::7");
  BOOST_TEST(client(kOld, {"[2001:db8::7]:4711"}) == "2001:db8::7");
  BOOST_TEST(client(kOld, {" 192.0.2.7 "}) == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(B6_who_is_not_trusted_is_the_client_whatever_he_says) {
  BOOST_TEST(client(kOld, {"192.0.2.7"}, "198.51.100.1") == "198.51.100.1");
  BOOST_TEST(client(kNew, {"for=192.0.2.7"}, "198.51.100.1") == "198.51.100.1");
  BOOST_TEST(client(kOld, {}) == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(B6_what_is_no_address_ends_the_way_back) {
  for (const auto bad : {"unknown", "_hidden", "localhost", "192.0.2.300", "1", "", "[192.0.2.7]", "[::1", "[::1]x", "\"192.0.2.7\""}) {
    BOOST_TEST_CONTEXT(bad) {
      BOOST_TEST(client(kOld, {"203.0.113.9, " + std::string(bad)}) == "10.0.0.1");
      BOOST_TEST(client(kOld, {"203.0.113.9, " + std::string(bad) + ", 10.1.1.1"}) == "10.1.1.1");
    }
  }
}

BOOST_AUTO_TEST_CASE(B6_a_quotation_that_the_client_left_open_does_not_swallow_what_the_proxy_adds) {
  for (const std::string proxys : {", for=192.0.2.7", ", for=\"[2001:db8::7]:1\"", ",for=192.0.2.7;by=\"10.0.0.1:80\""}) {
    for (const std::string clients : {"for=203.0.113.9;x=\"", "for=\"203.0.113.9", "for=203.0.113.9;x=\"\\", "for=203.0.113.9;x=\"\\\""}) {
      BOOST_TEST_CONTEXT(clients + proxys) { BOOST_TEST(client(kNew, {clients + proxys}) == "10.0.0.1"); }
    }
  }
}

BOOST_AUTO_TEST_CASE(forwarded_is_read_as_its_standard_says) {
  BOOST_TEST(client(kNew, {"for=192.0.2.7;proto=https;by=10.0.0.1"}) == "192.0.2.7");
  BOOST_TEST(client(kNew, {"For=\"[2001:db8::7]:4711\""}) == "2001:db8::7");
  BOOST_TEST(client(kNew, {"for=203.0.113.9, proto=http; for=192.0.2.7", "for=10.1.1.1"}) == "192.0.2.7");
  BOOST_TEST(client(kNew, {"for=\"192.0.2.7:80\""}) == "192.0.2.7");
  // What stands in quotation marks is no element of its own.
  BOOST_TEST(client(kNew, {"for=192.0.2.7;host=\"a, for=203.0.113.9\""}) == "192.0.2.7");
  BOOST_TEST(client(kNew, {"for=192.0.2.7;host=\"a\\\", for=203.0.113.9\""}) == "192.0.2.7");
  for (const auto bad : {"for=unknown", "for=_x", "proto=https", "for=192.0.2.7;for=203.0.113.9", "for=\"192.0.2.7", "for=", ""}) {
    BOOST_TEST_CONTEXT(bad) { BOOST_TEST(client(kNew, {"for=203.0.113.9, " + std::string(bad)}) == "10.0.0.1"); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
