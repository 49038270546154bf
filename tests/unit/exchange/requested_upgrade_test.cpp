#include <boost/test/unit_test.hpp>

#include "exchange/relay.hpp"

using namespace sallyport;
using namespace sallyport::exchange;

namespace {

http::RequestHead asking(std::string_view upgrade, std::string_view connection = "Upgrade") {
  http::RequestHead head;
  head.method = "GET";
  head.target = "/";
  head.headers.add("Connection", connection);
  head.headers.add("Upgrade", upgrade);
  return head;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requested_upgrade_of_a_request)

BOOST_AUTO_TEST_CASE(a_protocol_with_connection_upgrade_is_asked_for) {
  BOOST_TEST(requested_upgrade(asking("websocket"), http::Framing()) == "websocket");
  BOOST_TEST(requested_upgrade(asking("WebSocket", "keep-alive, upgrade"), http::Framing()) == "WebSocket");
}

BOOST_AUTO_TEST_CASE(C7_http_and_tls_are_never_asked_for) {
  for (const char* const protocol : {"h2c", "H2C", "h2", "HTTP/2.0", "http/1.1", "TLS/1.0", "tls"}) {
    BOOST_TEST(requested_upgrade(asking(protocol), http::Framing()) == "");
  }
}

BOOST_AUTO_TEST_CASE(C8_what_could_be_read_in_two_ways_is_not_asked_for) {
  BOOST_TEST(requested_upgrade(asking("websocket, h2c"), http::Framing()) == "");
  BOOST_TEST(requested_upgrade(asking("websocket", "close"), http::Framing()) == "");
  http::RequestHead twice = asking("websocket");
  twice.headers.add("Upgrade", "other");
  BOOST_TEST(requested_upgrade(twice, http::Framing()) == "");
  http::RequestHead old = asking("websocket");
  old.version = http::Version::http_1_0;
  BOOST_TEST(requested_upgrade(old, http::Framing()) == "");
  const http::Framing body{http::Framing::Kind::length, 5};
  BOOST_TEST(requested_upgrade(asking("websocket"), body) == "");
  BOOST_TEST(requested_upgrade(http::RequestHead(), http::Framing()) == "");
}

BOOST_AUTO_TEST_SUITE_END()
