#include "net/proxy_header.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace sallyport;
using namespace sallyport::net;
using namespace std::string_literals;

namespace {

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

// Of version 2: the 13th and 14th byte, and what follows the length.
std::string v2(int command, int family, const std::string& rest) {
  std::string bytes = kSignature;
  for (const int byte : {command, family, static_cast<int>(rest.size() >> 8), static_cast<int>(rest.size() & 255)}) {
    bytes += static_cast<char>(byte);
  }
  return bytes + rest;
}

const std::string kFour = "\xc0\x00\x02\x07\x0a\x00\x00\x01\x12\x67\x01\xbb"s;  // 192.0.2.7:4711 to 10.0.0.1:443
const std::string kSix = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x07\x20\x01\x0d\xb8"s + std::string(11, '\0') +
                         "\x01\x12\x67\x01\xbb"s;

// "192.0.2.7:4711 > 10.0.0.1:443", "unnamed", "3 more" or why not.
std::string outcome(std::string_view bytes) {
  const Result<ProxyHeader> header = parse_proxy_header(bytes);
  if (!header) return header.error().to_string();
  if (header->missing > 0) return std::to_string(header->missing) + " more";
  if (!header->connection) return "unnamed";
  return header->connection->source.to_string() + " > " + header->connection->destination.to_string();
}

// Reads as much as is asked for; how much that was.
std::size_t taken_of(std::string_view bytes) {
  std::size_t taken = 0;
  for (;;) {
    const Result<ProxyHeader> header = parse_proxy_header(bytes.substr(0, taken));
    BOOST_REQUIRE(header.has_value());
    if (header->missing == 0) return taken;
    taken += header->missing;
    BOOST_REQUIRE(taken <= bytes.size());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_proxy_header)

BOOST_AUTO_TEST_CASE(a_line_of_version_1_names_both_ends) {
  BOOST_TEST(outcome("PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n") == "192.0.2.7:4711 > 10.0.0.1:443");
  BOOST_TEST(outcome("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n") ==
             "255.255.255.255:65535 > 255.255.255.255:65535");
  BOOST_TEST(outcome("PROXY TCP6 2001:db8::7 2001:DB8::1 4711 0\r\n") == "[2001:db8::7]:4711 > [2001:db8::1]:0");
  // One client has one address, whichever way he comes.
  BOOST_TEST(outcome("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n") == "192.0.2.7:1 > [::1]:2");
}

BOOST_AUTO_TEST_CASE(whatever_follows_UNKNOWN_is_ignored) {
  BOOST_TEST(outcome("PROXY UNKNOWN\r\n") == "unnamed");
  BOOST_TEST(outcome("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n") == "unnamed");
  BOOST_TEST(outcome("PROXY UNKNOWN \x01\xff  nonsense\r\n") == "unnamed");
  BOOST_TEST(outcome("PROXY UNKNOWN " + std::string(107 - 16, 'x') + "\r\n") == "unnamed");
}

BOOST_AUTO_TEST_CASE(B6_a_line_that_is_not_exactly_one_is_refused) {
  const std::string words = "malformed: not two addresses and two ports with one space between them";
  BOOST_TEST(outcome("PROXY TCP4 192.0.2.7 10.0.0.1 4711\r\n") == words);
  BOOST_TEST(outcome("PROXY TCP4 192.0.2.7 10.0.0.1 4711 443 \r\n") == words);
  BOOST_TEST(outcome("PROXY TCP4  192.0.2.7 10.0.0.1 4711 443\r\n") == words);
  BOOST_TEST(outcome("PROXY TCP4\r\n") == words);
  BOOST_TEST(outcome("PROXY TCP4\t192.0.2.7 10.0.0.1 4711 443\r\n") == "malformed: neither TCP4 nor TCP6 nor UNKNOWN");
  for (const std::string word : {"", "TCP", "tcp4", "UDP4", "UNKNOWNS", " TCP4", "TCP46"}) {
    BOOST_TEST(outcome("PROXY " + word + " 192.0.2.7 10.0.0.1 4711 443\r\n") ==
               "malformed: neither TCP4 nor TCP6 nor UNKNOWN");
  }
}

BOOST_AUTO_TEST_CASE(B6_addresses_and_ports_of_version_1_have_one_spelling) {
  for (const std::string address : {"192.0.2", "192.0.2.07", "192.0.2.256", "0x7f.0.0.1", "2001:db8::7", "localhost",
                                    "192.0.2.7:80", "+1.0.0.1", ""}) {
    BOOST_TEST(outcome("PROXY TCP4 " + address + " 10.0.0.1 4711 443\r\n") == "malformed: not two IPv4 addresses");
    BOOST_TEST(outcome("PROXY TCP4 10.0.0.1 " + address + " 4711 443\r\n") == "malformed: not two IPv4 addresses");
  }
  for (const std::string address : {"192.0.2.7", "2001:db8::7::", "2001:db8::7%1", "[2001:db8::7]", "12345::", ""}) {
    BOOST_TEST(outcome("PROXY TCP6 " + address + " ::1 4711 443\r\n") == "malformed: not two IPv6 addresses");
  }
  BOOST_TEST(outcome("PROXY TCP4 192.0.2.7\0 10.0.0.1 1 2\r\n"s) == "malformed: not two IPv4 addresses");
  for (const std::string port : {"65536", "00", "0443", "-1", "+1", "", "4a", "99999999999999999999999"}) {
    BOOST_TEST(outcome("PROXY TCP4 192.0.2.7 10.0.0.1 " + port + " 443\r\n") == "malformed: not two ports");
    BOOST_TEST(outcome("PROXY TCP4 192.0.2.7 10.0.0.1 443 " + port + "\r\n") == "malformed: not two ports");
  }
}

BOOST_AUTO_TEST_CASE(B6_a_line_ends_with_CRLF_within_107_bytes) {
  BOOST_TEST(outcome("PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\n") == "malformed: a line that LF alone ends");
  BOOST_TEST(outcome("PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\rx") == "malformed: CR without LF");
  BOOST_TEST(outcome("PROXY \n") == "malformed: a line that LF alone ends");
  BOOST_TEST(outcome("PROXY UNKNOWN " + std::string(91, 'x') + "x\r\n") == "malformed: a line of more than 107 bytes");
  BOOST_TEST(outcome("PROXY UNKNOWN " + std::string(91, 'x')) == "2 more");
  BOOST_TEST(outcome("PROXY UNKNOWN " + std::string(92, 'x')) == "malformed: a line of more than 107 bytes");
  BOOST_TEST(outcome("PROXY UNKNOWN " + std::string(91, 'x') + "\r") == "1 more");
}

BOOST_AUTO_TEST_CASE(version_2_names_both_ends) {
  BOOST_TEST(outcome(v2(0x21, 0x11, kFour)) == "192.0.2.7:4711 > 10.0.0.1:443");
  BOOST_TEST(outcome(v2(0x21, 0x21, kSix)) == "[2001:db8::7]:4711 > [2001:db8::1]:443");
  BOOST_TEST(outcome(v2(0x21, 0x11, kFour + "\x04\x00\x01x"s)) == "192.0.2.7:4711 > 10.0.0.1:443");
}

BOOST_AUTO_TEST_CASE(of_LOCAL_nothing_but_the_length_counts) {
  BOOST_TEST(outcome(v2(0x20, 0x00, "")) == "unnamed");
  BOOST_TEST(outcome(v2(0x20, 0x11, kFour)) == "unnamed");
  BOOST_TEST(outcome(v2(0x20, 0x11, "")) == "unnamed");
  BOOST_TEST(outcome(v2(0x20, 0xff, "xyz")) == "unnamed");
  BOOST_TEST(outcome(v2(0x20, 0x00, std::string(9, 'x')).substr(0, 20)) == "5 more");
}

BOOST_AUTO_TEST_CASE(what_is_no_TCP_is_taken_as_unspecified) {
  BOOST_TEST(outcome(v2(0x21, 0x00, "")) == "unnamed");
  BOOST_TEST(outcome(v2(0x21, 0x00, kFour)) == "unnamed");
  BOOST_TEST(outcome(v2(0x21, 0x10, "")) == "unnamed");
  BOOST_TEST(outcome(v2(0x21, 0x01, "")) == "unnamed");
  BOOST_TEST(outcome(v2(0x21, 0x12, kFour)) == "unnamed");
  BOOST_TEST(outcome(v2(0x21, 0x22, kSix)) == "unnamed");
  BOOST_TEST(outcome(v2(0x21, 0x31, std::string(216, '\0'))) == "unnamed");
  BOOST_TEST(outcome(v2(0x21, 0x32, std::string(220, '\0'))) == "unnamed");
}

BOOST_AUTO_TEST_CASE(B6_a_header_of_version_2_that_is_not_exactly_one_is_refused) {
  BOOST_TEST(outcome(v2(0x11, 0x11, kFour)) == "malformed: version 1 behind the signature of 2");
  BOOST_TEST(outcome(v2(0x31, 0x11, kFour)) == "malformed: version 3 behind the signature of 2");
  BOOST_TEST(outcome(v2(0x22, 0x11, kFour)) == "malformed: command 2");
  BOOST_TEST(outcome(v2(0x2f, 0x00, "")) == "malformed: command 15");
  BOOST_TEST(outcome(v2(0x21, 0x41, kFour)) == "malformed: address family 4");
  BOOST_TEST(outcome(v2(0x21, 0x13, kFour)) == "malformed: transport protocol 3");
  BOOST_TEST(outcome(v2(0x21, 0x11, kFour.substr(1))) == "malformed: no room for the addresses in 11 bytes");
  BOOST_TEST(outcome(v2(0x21, 0x12, "")) == "malformed: no room for the addresses in 0 bytes");
  BOOST_TEST(outcome(v2(0x21, 0x21, kSix.substr(1))) == "malformed: no room for the addresses in 35 bytes");
  BOOST_TEST(outcome(v2(0x21, 0x31, std::string(215, 'x'))) == "malformed: no room for the addresses in 215 bytes");
}

BOOST_AUTO_TEST_CASE(the_vectors_behind_the_addresses_have_a_limit) {
  const std::string longest = v2(0x21, 0x11, kFour + std::string(kMostProxyHeader - 28, 'x'));
  BOOST_TEST(outcome(longest) == "192.0.2.7:4711 > 10.0.0.1:443");
  // Known from the length; nothing of it is waited for.
  BOOST_TEST(outcome(v2(0x21, 0x11, kFour + std::string(kMostProxyHeader - 27, 'x')).substr(0, 16)) ==
             "too-large: a header of 2585 bytes");
  BOOST_TEST(outcome(kSignature + "\x20\x00\xff\xff"s) == "too-large: a header of 65551 bytes");
}

BOOST_AUTO_TEST_CASE(what_is_no_header_is_refused_with_its_first_wrong_byte) {
  const std::string why = "malformed: no header of the PROXY protocol";
  for (const std::string& bytes : {"\x16\x03\x01"s, "GET / HTTP/1.1\r\n"s, "PRI * HTTP/2.0"s, "proxy TCP4"s, "PROXY\t"s,
                                   "\r\n\r\n\0\r\nQUIX"s, "\n"s, " PROXY"s, "\0"s}) {
    BOOST_TEST(outcome(bytes) == why);
  }
}

BOOST_AUTO_TEST_CASE(who_reads_what_is_asked_for_reads_nothing_behind_the_header) {
  for (const std::string& header :
       {"PROXY UNKNOWN\r\n"s, "PROXY UNKNOWN \r\n"s, "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n"s,
        "PROXY TCP6 :: :: 1 22\r\n"s, "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"s,
        "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", "PROXY UNKNOWN " + std::string(90, 'x') + "\r\n",
        v2(0x20, 0, ""), v2(0x21, 0x11, kFour), v2(0x21, 0x21, kSix + "tail")}) {
    BOOST_TEST(taken_of(header + "GET / HTTP/1.1\r\n\r\n" + std::string(200, 'x')) == header.size());
    BOOST_TEST(parse_proxy_header(header + "more")->size == header.size());
    for (std::size_t cut = 0; cut < header.size(); ++cut) {
      const auto part = parse_proxy_header(std::string_view(header).substr(0, cut));
      BOOST_REQUIRE(part.has_value());
      BOOST_TEST(part->missing > 0u);
      BOOST_TEST(cut + part->missing <= header.size());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
