#include "junction/headers.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "http/chars.hpp"
#include "junction/sample.hpp"

using namespace sallyport;
using namespace sallyport::junction;

namespace {

HeaderRules rules() {
  HeaderRules rules;
  rules.reserved = reserved_names();
  rules.own_cookies = {"__Host-sallyport"};
  rules.server_name = "default-webseald-www.example";
  rules.host_name = "www.example";
  for (const char* datum :
       {"server-name", "client-ip-v4", "client-ip-v6", "client-port", "host-name", "junction-name"}) {
    rules.data.emplace_back(datum_from(datum).value(), "x-" + std::string(datum));
    rules.reserved.add("x-" + std::string(datum));
  }
  return rules;
}

const HeaderRules kRules = rules();
const ClientFacts kClient{"192.0.2.7", "req-1", "https", "www.example", 5000};

identity::Subject subject(std::string user, std::vector<std::string> groups = {}, std::string dn = "") {
  identity::CredentialFields fields;
  fields.user = std::move(user);
  fields.groups = std::move(groups);
  fields.dn = std::move(dn);
  fields.method = "password";
  return identity::Subject(identity::Credential::make(std::move(fields)).value());
}

Route route_to(Junction junction) {
  Route route;
  route.junction = std::make_shared<const Junction>(std::move(junction));
  return route;
}

Junction with_identity() {
  Junction junction = sample_standard("/app");
  junction.identity = IdentityHeaders{true, true, true};
  return junction;
}

http::Headers requested(const Junction& junction, const identity::Subject& who,
                        std::vector<std::pair<std::string, std::string>> fields, const ClientFacts& client = kClient) {
  http::RequestHead head;
  head.method = "GET";
  head.headers.add("Host", "www.example");
  for (const auto& [name, value] : fields) head.headers.add(name, value);
  return plan_request(route_to(junction), junction.servers[0], who, client, head, kRules);
}

http::Headers answered(const Junction& junction, std::vector<std::pair<std::string, std::string>> fields) {
  http::ResponseHead head;
  head.status = 200;
  for (const auto& [name, value] : fields) head.headers.add(name, value);
  plan_response(junction, junction.servers[0], kRules, head.headers);
  return head.headers;
}

std::string value(const http::Headers& headers, std::string_view name) {
  if (headers.count(name) > 1) return "(more than one)";
  return std::string(headers.find(name).value_or("(none)"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(junction_headers)

BOOST_AUTO_TEST_CASE(the_back_end_learns_who_asks) {
  const auto out = requested(with_identity(), subject("alice", {"staff", "admins"}, "uid=alice,dc=example,dc=com"), {});
  BOOST_TEST(value(out, "iv-user") == "alice");
  BOOST_TEST(value(out, "iv-user-l") == "uid=alice,dc=example,dc=com");
  BOOST_TEST(value(out, "iv-groups") == "\"admins\",\"staff\"");
  const auto nobody = requested(with_identity(), {}, {});
  BOOST_TEST(value(nobody, "iv-user") == "Unauthenticated");
  BOOST_TEST(value(nobody, "iv-user-l") == "(none)");
  BOOST_TEST(value(nobody, "iv-groups") == "(none)");
  const auto unasked = requested(sample_standard("/app"), subject("alice"), {});
  BOOST_TEST(value(unasked, "iv-user") == "(none)");
}

// attack case B7
BOOST_AUTO_TEST_CASE(B7_no_name_makes_a_second_field_or_a_second_group) {
  const auto out =
      requested(with_identity(), subject("J\xc3\xb6rg 100%", {"a,admins", "b c"}, "cn=a\r\nb,o=\xc3\xb6"), {});
  BOOST_TEST(value(out, "iv-user") == "J%C3%B6rg%20100%25");
  BOOST_TEST(value(out, "iv-groups") == "\"a%2Cadmins\",\"b%20c\"");
  BOOST_TEST(value(out, "iv-user-l") == "cn=a%0D%0Ab,o=%C3%B6");
  BOOST_TEST(encoded_identity(std::string("\0\r\n\"", 4)) == "%00%0D%0A%22");
}

// attack cases B1, B2 and B3
BOOST_AUTO_TEST_CASE(B1_identity_fields_of_a_client_never_arrive) {
  for (const char* name : {"iv-user", "iv_user", "IV.User", "HTTP_IV_USER", "Iv-Groups", "iv-creds",
                           "iv-remote-address", "iv_server_name", "am-eai-user-id", "AM_AZN_FAILURE"}) {
    for (const Junction& junction :
         {with_identity(), sample_standard("/app"), sample_virtual_host("v", "www.example")}) {
      const auto out = requested(junction, {}, {{name, "admin"}, {name, "admin"}});
      for (const http::Field field : out) BOOST_TEST(field.value != "admin", name);
    }
  }
}

// attack case B4
BOOST_AUTO_TEST_CASE(B4_connection_cannot_name_our_fields_away) {
  Junction junction = with_identity();
  junction.client_address = true;
  const auto out = requested(junction, subject("alice", {"staff"}),
                             {{"Connection", "close, iv-user, iv-groups, X-Forwarded-For, Host, iv-remote-address"}});
  BOOST_TEST(value(out, "iv-user") == "alice");
  BOOST_TEST(value(out, "iv-groups") == "\"staff\"");
  BOOST_TEST(value(out, "X-Forwarded-For") == "192.0.2.7");
  BOOST_TEST(value(out, "iv-remote-address") == "192.0.2.7");
  BOOST_TEST(value(out, "Host") == "backend.example");
  BOOST_TEST(value(out, "Connection") == "(none)");
}

// attack case B6
BOOST_AUTO_TEST_CASE(B6_what_is_said_about_the_client_is_ours) {
  const auto out = requested(sample_standard("/app"), {},
                             {{"X-Forwarded-For", "10.0.0.1"},
                              {"X-Forwarded-Proto", "http"},
                              {"X-Forwarded-Host", "evil"},
                              {"X-Forwarded-Prefix", "/x"},
                              {"Forwarded", "for=10.0.0.1"},
                              {"X-Real-IP", "10.0.0.1"},
                              {"X-Original-URL", "/admin"},
                              {"X-Request-ID", "forged"},
                              {"Via", "1.0 front"}});
  BOOST_TEST(value(out, "X-Forwarded-For") == "192.0.2.7");
  BOOST_TEST(value(out, "X-Forwarded-Proto") == "https");
  BOOST_TEST(value(out, "X-Forwarded-Host") == "www.example");
  BOOST_TEST(value(out, "X-Request-ID") == "req-1");
  for (const char* name : {"X-Forwarded-Prefix", "Forwarded", "X-Real-IP", "X-Original-URL"}) {
    BOOST_TEST(value(out, name) == "(none)", name);
  }
  BOOST_TEST(out.count("Via") == 2u);
  BOOST_TEST(out.find("Via").value() == "1.0 front");
}

// attack case B12
BOOST_AUTO_TEST_CASE(B12_our_cookie_and_passwords_stay_here) {
  const std::vector<std::pair<std::string, std::string>> fields = {{"Cookie", "a=1; __Host-sallyport=secret; b=2"},
                                                                   {"Cookie", "__Host-sallyport=secret"},
                                                                   {"Authorization", "Basic eDp5"}};
  Junction junction = sample_standard("/app");
  auto out = requested(junction, {}, fields);
  BOOST_TEST(value(out, "Cookie") == "a=1; b=2");
  BOOST_TEST(value(out, "Authorization") == "(none)");
  junction.basic_auth = BasicAuth::ignore;
  BOOST_TEST(value(requested(junction, {}, fields), "Authorization") == "Basic eDp5");
  junction.session_cookie = true;
  out = requested(junction, {}, {{"Cookie", "a=1; __Host-sallyport=secret"}});
  BOOST_TEST(value(out, "Cookie") == "a=1; __Host-sallyport=secret");
}

BOOST_AUTO_TEST_CASE(host_is_what_the_back_end_expects) {
  Junction junction = sample_standard("/app");
  junction.servers[0].port = 8080;
  BOOST_TEST(value(requested(junction, {}, {}), "Host") == "backend.example:8080");
  BOOST_TEST(requested(junction, {}, {{"Accept", "x"}})[0].name == "Host");
  junction.servers[0].virtual_host = "intranet";
  BOOST_TEST(value(requested(junction, {}, {}), "Host") == "intranet");
  BOOST_TEST(value(requested(sample_virtual_host("v", "www.example"), {}, {}), "Host") == "www.example");
}

BOOST_AUTO_TEST_CASE(the_client_address_is_sent_if_asked_for) {
  Junction junction = sample_standard("/app");
  BOOST_TEST(value(requested(junction, {}, {}), "iv-remote-address") == "(none)");
  junction.client_address = true;
  const auto out = requested(junction, {}, {}, ClientFacts{"2001:db8::1", "", "https", ""});
  BOOST_TEST(value(out, "iv-remote-address") == "2001:db8::1");
  BOOST_TEST(value(out, "iv-remote-address-ipv6") == "2001:db8::1");
  BOOST_TEST(value(out, "X-Request-ID") == "(none)");
}

BOOST_AUTO_TEST_CASE(other_fields_pass_in_their_order) {
  const auto out = requested(sample_standard("/app"), {},
                             {{"Accept-Encoding", "gzip"}, {"Content-Length", "3"}, {"X-Mine", "1"}, {"X-Mine", "2"}});
  BOOST_TEST(value(out, "Accept-Encoding") == "gzip");
  BOOST_TEST(value(out, "Content-Length") == "3");
  BOOST_TEST(out.count("X-Mine") == 2u);
}

BOOST_AUTO_TEST_CASE(headers_of_the_configuration_carry_their_data) {
  const auto out =
      requested(sample_standard("/caf\xc3\xa9"), {}, {{"X-Server_Name", "forged"}, {"x-client-port", "1"}});
  BOOST_TEST(value(out, "x-server-name") == "default-webseald-www.example");
  BOOST_TEST(value(out, "x-client-ip-v4") == "192.0.2.7");
  BOOST_TEST(value(out, "x-client-ip-v6") == "(none)");
  BOOST_TEST(value(out, "x-client-port") == "5000");
  BOOST_TEST(value(out, "x-host-name") == "www.example");
  BOOST_TEST(value(out, "x-junction-name") == "/caf%C3%A9");
  BOOST_TEST(!out.has("X-Server_Name"));
  BOOST_TEST((datum_from("client-ip").error().code == Errc::bad_config));
}

// attack case B13
BOOST_AUTO_TEST_CASE(B13_a_back_end_cannot_say_who_the_user_is) {
  const auto out = answered(
      sample_standard("/app"),
      {{"am-eai-user-id", "admin"}, {"AM_EAI_AUTH_LEVEL", "9"}, {"iv-user", "admin"}, {"Content-Type", "text/html"}});
  BOOST_TEST(out.size() == 1u);
  BOOST_TEST(value(out, "Content-Type") == "text/html");
}

BOOST_AUTO_TEST_CASE(answers_speak_of_places_as_the_browser_knows_them) {
  const Junction app = sample_standard("/app");
  const auto out = answered(app, {{"Location", "http://backend.example/x"},
                                  {"Content-Location", "/y"},
                                  {"Refresh", "5; url=/z"},
                                  {"Set-Cookie", "a=1; Path=/"},
                                  {"Set-Cookie", "b=2"}});
  BOOST_TEST(value(out, "Location") == "/app/x");
  BOOST_TEST(value(out, "Content-Location") == "/app/y");
  BOOST_TEST(value(out, "Refresh") == "5; url=/app/z");
  BOOST_TEST(out.count("Set-Cookie") == 2u);
  BOOST_TEST(out.find("Set-Cookie").value() == "a=1; Path=/app");
}

// attack case B10
BOOST_AUTO_TEST_CASE(B10_a_planted_session_cookie_is_dropped) {
  const auto out = answered(sample_standard("/app"), {{"Set-Cookie", "__Host-sallyport=evil; Path=/; Secure"},
                                                      {"Set-Cookie2", "__Host-sallyport=evil"}});
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(challenges_and_claims_over_other_junctions_are_dropped) {
  Junction junction = sample_standard("/app");
  const std::vector<std::pair<std::string, std::string>> fields = {{"WWW-Authenticate", "Basic realm=x"},
                                                                   {"Service-Worker-Allowed", "/"},
                                                                   {"Alt-Svc", "h3=\":443\""},
                                                                   {"Server", "Backend/1.0"},
                                                                   {"Connection", "close"}};
  BOOST_TEST(answered(junction, fields).empty());
  junction.basic_auth = BasicAuth::ignore;
  BOOST_TEST(value(answered(junction, fields), "WWW-Authenticate") == "Basic realm=x");
  BOOST_TEST(value(answered(sample_virtual_host("v", "v.example"), fields), "Service-Worker-Allowed") == "/");
}

// attack cases B7 and C11
BOOST_AUTO_TEST_CASE(C11_every_value_that_leaves_is_a_field_value) {
  std::mt19937 random(20240613);
  const auto bytes = [&](unsigned max) {
    std::string text;
    for (unsigned n = random() % max; n > 0; --n) text += static_cast<char>(random() % 256);
    return text;
  };
  for (int i = 0; i < 20000; ++i) {
    identity::CredentialFields fields;
    fields.user = bytes(8);
    fields.groups = {bytes(8)};
    fields.dn = bytes(16);
    fields.method = "password";
    const auto credential = identity::Credential::make(fields);
    const auto who = credential ? identity::Subject(*credential) : identity::Subject();
    for (const http::Field field : requested(with_identity(), who, {}))
      BOOST_REQUIRE(http::is_field_value(field.value));
    for (const http::Field field :
         answered(with_identity(), {{"Location", bytes(16)}, {"Set-Cookie", "a=" + bytes(8)}})) {
      BOOST_REQUIRE(http::is_field_value(field.value));
    }
  }
}

BOOST_AUTO_TEST_CASE(B5_trailers_are_spoken_of_only_where_some_are_allowed) {
  http::RequestHead request;
  request.headers.add("TE", "trailers");
  request.headers.add("Trailer", "x-sum, x-other, iv-user");
  http::ResponseHead response;
  response.headers.add("Trailer", "x-sum, x-other, iv-user");
  for (const bool allowed : {false, true}) {
    Junction junction = sample_standard("/app");
    if (allowed) junction.trailers = {"X-Sum"};
    const Route route = route_to(junction);
    const auto out = plan_request(route, junction.servers[0], subject("alice"), kClient, request, kRules);
    BOOST_TEST(out.find("TE").value_or("") == (allowed ? "trailers" : ""));
    BOOST_TEST(out.find("Trailer").value_or("") == (allowed ? "x-sum" : ""));
    http::Headers back = response.headers;
    plan_response(junction, junction.servers[0], kRules, back);
    BOOST_TEST(back.find("Trailer").value_or("") == (allowed ? "x-sum" : ""));
  }
}

BOOST_AUTO_TEST_SUITE_END()
