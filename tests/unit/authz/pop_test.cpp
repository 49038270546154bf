#include "authz/pop.hpp"

#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

namespace {

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value();
}

std::string network_error(std::string_view network_address, std::string_view mask) {
  return error_of(Network::parse(network_address, mask));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authz_pop)

BOOST_AUTO_TEST_CASE(a_network_is_an_address_and_a_mask) {
  const auto ten = network("10.9.8.7", "255.0.0.0");
  BOOST_TEST(ten.address() == "10.0.0.0");
  BOOST_TEST(ten.mask() == "255.0.0.0");
  BOOST_TEST(ten.contains(address("10.255.0.1")));
  BOOST_TEST(!ten.contains(address("11.0.0.1")));
  const auto documentation = network("2001:db8::1", "ffff:ffff::");
  BOOST_TEST(documentation.mask() == "ffff:ffff::");
  BOOST_TEST(documentation.contains(address("2001:db8:1::")));
  BOOST_TEST(!documentation.contains(address("2001:db9::")));
  BOOST_TEST(network("192.0.2.1", "255.255.255.255").bits() == 128u);
  BOOST_TEST(network("192.0.2.129", "255.255.255.128").address() == "192.0.2.128");
}

BOOST_AUTO_TEST_CASE(an_empty_mask_is_all_of_its_family_and_no_other) {
  const auto all_v4 = network("0.0.0.0", "0.0.0.0");
  const auto all_v6 = network("::", "::");
  BOOST_TEST(all_v4.contains(address("203.0.113.9")));
  BOOST_TEST(!all_v4.contains(address("2001:db8::1")));
  BOOST_TEST(all_v6.contains(address("2001:db8::1")));
  BOOST_TEST(!all_v6.contains(address("203.0.113.9")));
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_refused) {
  BOOST_TEST(network_error("10.0.0", "255.0.0.0") == "malformed: '10.0.0' is no IP address");
  BOOST_TEST(network_error("10.0.0.0", "8") ==
             "malformed: '8' is no network mask, such as 255.255.255.0 or ffff:ffff::");
  BOOST_TEST(network_error("10.0.0.0", "255.0.255.0") == "malformed: the mask '255.0.255.0' has a gap");
  BOOST_TEST(network_error("10.0.0.0", "127.0.0.0") == "malformed: the mask '127.0.0.0' has a gap");
  BOOST_TEST(network_error("::1", "ffff::1") == "malformed: the mask 'ffff::1' has a gap");
  BOOST_TEST(network_error("10.0.0.0", "ffff::") == "malformed: one of '10.0.0.0' and 'ffff::' is IPv4, the other is IPv6");
}

BOOST_AUTO_TEST_CASE(a_requirement_is_a_level_or_no_way_in) {
  BOOST_TEST((Requirement::parse("0").value() == Requirement{false, 0}));
  BOOST_TEST((Requirement::parse("63").value() == Requirement{false, 63}));
  BOOST_TEST((Requirement::parse("Forbidden").value() == Requirement{true, 0}));
  for (const auto* const text : {"", "-1", "64", "1x", "forbid", " 1"}) BOOST_TEST(!Requirement::parse(text), text);
  BOOST_TEST((Requirement{true, 0}).to_string() == "forbidden");
  BOOST_TEST((Requirement{false, 2}).to_string() == "2");
}

BOOST_AUTO_TEST_CASE(the_most_specific_mask_wins_whatever_was_said_first) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_pop("p"));
  BOOST_REQUIRE(document.set_pop_any_other_network("p", {false, 4}));
  BOOST_REQUIRE(document.set_pop_network("p", network("10.0.0.0", "255.0.0.0"), {false, 1}));
  BOOST_REQUIRE(document.set_pop_network("p", network("10.1.2.3", "255.255.255.255"), {true, 0}));
  BOOST_REQUIRE(document.set_pop_network("p", network("10.1.0.0", "255.255.0.0"), {false, 2}));
  BOOST_REQUIRE(document.set_pop_network("p", network("0.0.0.0", "0.0.0.0"), {false, 3}));
  const auto pop = document.find_pop("P").value();
  const auto level = [&](std::string_view client) { return requirement_for(pop, address(client)).to_string(); };
  BOOST_TEST(level("10.2.0.0") == "1");
  BOOST_TEST(level("10.1.2.4") == "2");
  BOOST_TEST(level("10.1.2.3") == "forbidden");
  BOOST_TEST(level("11.0.0.1") == "3");
  BOOST_TEST(level("2001:db8::1") == "4");
}

BOOST_AUTO_TEST_CASE(protections_have_names) {
  for (const auto protection : {Protection::none, Protection::integrity, Protection::privacy}) {
    BOOST_TEST((protection_from(name_of(protection)) == protection));
  }
  BOOST_TEST(!protection_from("some"));
}

BOOST_AUTO_TEST_SUITE_END()
