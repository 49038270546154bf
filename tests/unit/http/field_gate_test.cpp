#include "http/field_gate.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::http;

namespace {

ReservedNames identity_names() {
  ReservedNames reserved;
  reserved.add_prefix("iv-");
  reserved.add_prefix("am-eai-");
  reserved.add("X-Department");
  return reserved;
}

RemovedFields sanitize_request(Headers& headers, const GateRules& rules) {
  const ReservedNames reserved = identity_names();
  RequestGate gate(headers, reserved, rules);
  headers.remove_if([&](const Field& field) { return !gate.passes(field); });
  return gate.removed();
}

RemovedFields sanitize_response(Headers& headers) {
  const ReservedNames reserved = identity_names();
  ResponseGate gate(headers, reserved);
  headers.remove_if([&](const Field& field) { return !gate.passes(field); });
  return gate.removed();
}

Headers named(std::initializer_list<std::string_view> names) {
  Headers headers;
  for (const auto name : names) headers.add(name, "v");
  return headers;
}

std::string names_of(const Headers& headers) {
  std::string text;
  for (const Field field : headers) text.append(text.empty() ? "" : " ").append(field.name);
  return text;
}

// The names that are left of a request.
std::string left_of(Headers headers, const GateRules& rules = {}) {
  sanitize_request(headers, rules);
  return names_of(headers);
}

std::string left_of_response(Headers headers) {
  sanitize_response(headers);
  return names_of(headers);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_field_gate)

BOOST_AUTO_TEST_CASE(a_usual_name_that_the_configuration_reserves_is_removed_in_every_spelling) {
  ReservedNames reserved;
  reserved.add("From_Agent");
  reserved.add("User-Agent");
  reserved.add_prefix("x-request");
  Headers headers = named({"user-agent", "USER_AGENT", "X-Request-ID", "X-Requested-With", "Referer", "from-agent"});
  RequestGate gate(headers, reserved, {});
  headers.remove_if([&](const Field& field) { return !gate.passes(field); });
  BOOST_TEST(names_of(headers) == "Referer");
  BOOST_TEST(gate.removed().identity == 5u);
}

BOOST_AUTO_TEST_CASE(ordinary_fields_pass) {
  const auto names = {std::string_view("Host"),           std::string_view("Accept"),
                      std::string_view("Cookie"),         std::string_view("Content-Length"),
                      std::string_view("Authorization"),  std::string_view("X-My_App"),
                      std::string_view("Sec-Fetch-Mode"), std::string_view("Ivory")};
  BOOST_TEST(left_of(named(names)) == "Host Accept Cookie Content-Length Authorization X-My_App Sec-Fetch-Mode Ivory");
}

BOOST_AUTO_TEST_CASE(B1_B2_identity_is_removed_in_every_spelling_and_counted) {
  Headers headers = named({"iv-user", "IV_Groups", "iv.creds", "http_iv_user", "x_department", "Am-Eai-Pac", "Host"});
  const RemovedFields removed = sanitize_request(headers, GateRules{});
  BOOST_TEST(names_of(headers) == "Host");
  BOOST_TEST(removed.identity == 6u);
  BOOST_TEST(removed.total() == 6u);
}

BOOST_AUTO_TEST_CASE(hop_by_hop_fields_are_removed) {
  BOOST_TEST(left_of(named({"Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect",
                            "Proxy-Connection", "Proxy-Authorization", "transfer_encoding", "Accept"})) == "Accept");
}

BOOST_AUTO_TEST_CASE(B8_C7_proxy_and_h2c_are_removed) {
  BOOST_TEST(left_of(named({"Proxy", "http_proxy", "HTTP2-Settings", "Upgrade"})) == "");
}

BOOST_AUTO_TEST_CASE(what_connection_names_is_removed) {
  Headers headers = named({"X-Once", "Accept", "x_twice", "X-Kept"});
  headers.add("Connection", "close, X-Once ,, x-twice");
  headers.add("connection", "keep-alive");
  BOOST_TEST(left_of(headers) == "Accept X-Kept");
}

BOOST_AUTO_TEST_CASE(B4_connection_cannot_name_away_what_is_meant_for_the_end) {
  Headers headers = named({"Host", "Authorization", "Cookie", "Content-Type", "Origin", "Sec-Fetch-Site",
                           "X-Forwarded-For", "Content-Length", "If-Match"});
  headers.add(
      "Connection",
      "close, X-Forwarded-For, Authorization, Cookie, Host, content-type, Origin, sec_fetch_site, Content-Length, "
      "If-Match, iv-user");
  GateRules trusting;
  trusting.keep_forwarded = true;
  BOOST_TEST(left_of(headers, trusting) ==
             "Host Authorization Cookie Content-Type Origin Sec-Fetch-Site X-Forwarded-For Content-Length If-Match");
}

BOOST_AUTO_TEST_CASE(B4_what_is_added_behind_the_gate_stays) {
  Headers headers = named({"iv-user"});
  headers.add("Connection", "iv-user");
  sanitize_request(headers, GateRules{});
  headers.add("iv-user", "alice");
  BOOST_TEST(headers.find("iv-user").value() == "alice");
  BOOST_TEST(headers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(B6_claims_about_the_client_are_removed_unless_the_peer_is_trusted) {
  const Headers claims = named({"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
                                "X-Forwarded-Port", "X-Forwarded-Uri", "X-Forwarded-Prefix", "X-Forwarded-Method",
                                "X-Forwarded-Server", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "Client-Cert",
                                "Client-Cert-Chain", "X-SSL-Client-Cert", "X-Client-Cert-DN"});
  BOOST_TEST(left_of(claims) == "");
  Headers copy = claims;
  BOOST_TEST(sanitize_request(copy, GateRules{}).forwarded == claims.size());
  GateRules trusting;
  trusting.keep_forwarded = true;
  BOOST_TEST(left_of(claims, trusting) == names_of(claims));
  BOOST_TEST(left_of(named({"x_forwarded_for", "X.Forwarded.Host", "http_forwarded"}), trusting) == "");
}

BOOST_AUTO_TEST_CASE(A13_method_overrides_are_removed_unless_kept) {
  const Headers overrides = named({"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"});
  BOOST_TEST(left_of(overrides) == "");
  GateRules rules;
  rules.keep_method_override = true;
  BOOST_TEST(left_of(overrides, rules) == names_of(overrides));
}

BOOST_AUTO_TEST_CASE(B2_other_spellings_of_fields_that_count_are_removed) {
  Headers headers =
      named({"Content_Length", "http_cookie", "Http-Authorization", "content.type", "HTTP_HOST", "Content-LENGTH"});
  const RemovedFields removed = sanitize_request(headers, GateRules{});
  BOOST_TEST(names_of(headers) == "Content-LENGTH");
  BOOST_TEST(removed.alias == 5u);
}

BOOST_AUTO_TEST_CASE(te_keeps_trailers_alone_and_only_by_rule) {
  Headers headers;
  headers.add("TE", "Trailers");
  BOOST_TEST(left_of(headers) == "");
  GateRules rules;
  rules.keep_te_trailers = true;
  BOOST_TEST(left_of(headers, rules) == "TE");
  headers.set("TE", "trailers, deflate;q=0.5");
  BOOST_TEST(left_of(headers, rules) == "");
}

BOOST_AUTO_TEST_CASE(B13_identity_in_an_answer_is_removed_and_counted) {
  Headers headers = named({"am-eai-user-id", "am_eai_xattrs", "iv-user", "Set-Cookie", "Location"});
  const RemovedFields removed = sanitize_response(headers);
  BOOST_TEST(names_of(headers) == "Set-Cookie Location");
  BOOST_TEST(removed.identity == 3u);
}

BOOST_AUTO_TEST_CASE(answers_lose_hop_by_hop_fields_and_alt_svc) {
  Headers headers = named({"Keep-Alive", "Transfer-Encoding", "Trailer", "Upgrade", "Proxy-Authenticate", "Alt-Svc",
                           "X-Once", "Set-Cookie", "Cache-Control", "X-Forwarded-For"});
  headers.add("Connection", "X-Once, Set-Cookie, Cache-Control");
  BOOST_TEST(left_of_response(headers) == "Set-Cookie Cache-Control X-Forwarded-For");
}

BOOST_AUTO_TEST_CASE(a_long_connection_list_takes_no_long_time) {
  Headers headers;
  std::string list;
  for (int i = 0; i < 10000; ++i) list += "x" + std::to_string(i) + ",";
  headers.add("Connection", list);
  for (int i = 0; i < 1000; ++i) headers.add("x" + std::to_string(i * 11), "v");
  BOOST_TEST(sanitize_request(headers, GateRules{}).hop_by_hop == 911u);
}

BOOST_AUTO_TEST_SUITE_END()
