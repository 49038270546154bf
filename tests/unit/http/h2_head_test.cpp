#include "http/h2_head.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

using namespace sallyport::http;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Parsed<RequestHead> made(const Fields& fields) {
  H2RequestMaker maker{HeadLimits()};
  for (const auto& [name, value] : fields) maker.add(name, value);
  return maker.finish();
}

Fields websocket() {
  return {{":method", "CONNECT"},       {":protocol", "websocket"}, {":scheme", "https"},
          {":authority", "a.example"},  {":path", "/chat?x=1"},     {"sec-websocket-version", "13"}};
}

Fields changed(Fields fields, const std::string& name, const std::string& value) {
  for (auto& field : fields) {
    if (field.first == name) field.second = value;
  }
  return fields;
}

Fields without(Fields fields, const std::string& name) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  return fields;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_h2_head)

BOOST_AUTO_TEST_CASE(extended_connect_is_the_get_that_http_1_would_ask_by) {
  const auto head = made(websocket());
  BOOST_REQUIRE(head.has_value());
  BOOST_TEST(head->method == "GET");
  BOOST_TEST(head->target == "/chat?x=1");
  BOOST_TEST(head->asks_for_tunnel);
  BOOST_TEST(head->headers.find("Host").value() == "a.example");
  BOOST_TEST(head->headers.find("Sec-WebSocket-Version").value() == "13");
  BOOST_TEST(!head->headers.has(":protocol"));
  const auto framing = decide_h2_framing(*head, false);
  BOOST_REQUIRE(framing.has_value());
  BOOST_TEST((framing->kind == Framing::Kind::none));
}

BOOST_AUTO_TEST_CASE(a_plain_get_asks_for_no_tunnel) {
  const auto head = made(without(changed(websocket(), ":method", "GET"), ":protocol"));
  BOOST_REQUIRE(head.has_value());
  BOOST_TEST(!head->asks_for_tunnel);
}

BOOST_AUTO_TEST_CASE(C6_what_is_no_extended_connect_for_a_websocket) {
  BOOST_TEST(made(without(websocket(), ":protocol")).error().status == 501);
  BOOST_TEST(made(changed(websocket(), ":protocol", "connect-udp")).error().status == 501);
  BOOST_TEST(made(changed(websocket(), ":protocol", "WebSocket")).error().status == 501);
  BOOST_TEST(made(changed(websocket(), ":protocol", "")).error().status == 501);
  BOOST_TEST(made(changed(websocket(), ":method", "GET")).error().status == 400);
  BOOST_TEST(made(changed(websocket(), ":scheme", "wss")).error().status == 400);
  BOOST_TEST(made(changed(websocket(), ":path", "*")).error().status == 400);
  BOOST_TEST(made(changed(websocket(), ":path", "a.example:443")).error().status == 400);
}

BOOST_AUTO_TEST_CASE(C6_a_tunnel_has_neither_a_length_nor_an_end_at_its_beginning) {
  Fields fields = websocket();
  BOOST_TEST(decide_h2_framing(*made(fields), true).error().status == 400);
  fields.emplace_back("content-length", "0");
  BOOST_TEST(decide_h2_framing(*made(fields), false).error().status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
