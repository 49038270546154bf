#include "config/parser.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::config;

namespace {

// The least that is a working configuration.
const std::string kBase = "[ssl]\nserver-cert-file = /c\nserver-key-file = /k\n";

std::vector<std::string> messages(const Parsed& parsed) {
  std::vector<std::string> out;
  for (const auto& diagnostic : parsed.diagnostics) out.push_back(diagnostic.to_string());
  return out;
}

void expect(const std::string& text, const std::vector<std::string>& expected) {
  const auto found = messages(parse(text, "f"));
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_parser)

BOOST_AUTO_TEST_CASE(values_reach_their_members) {
  const auto parsed = parse(kBase +
                                "# a comment\n"
                                "[server]\n"
                                "  https-port=8443  \n"
                                "http = YES\n"
                                "network-interface = 127.0.0.1\n"
                                "network-interface = ::1\n"
                                "client-connect-timeout = 2m\n"
                                "request-body-max-read = 1m\r\n"
                                "http-method-disabled-remote = TRACE, PUT\n"
                                "http-method-disabled-remote = DELETE\n"
                                "trusted-proxies = 10.0.0.0/8,192.0.2.1\n"
                                "\n"
                                "[forms]\n"
                                "forms-auth = none\n"
                                "[ba]\n"
                                "ba-auth = https\n"
                                "basic-auth-realm = The = Realm\n"
                                "[server]\n"
                                "server-name = one\n",
                            "f");
  BOOST_TEST(messages(parsed).empty());
  const auto& server = parsed.settings.server;
  BOOST_TEST(server.https_port == 8443u);
  BOOST_TEST(server.http);
  BOOST_TEST(server.network_interface.size() == 2u);
  BOOST_TEST(server.network_interface[1].to_string() == "::1");
  BOOST_TEST((server.client_connect_timeout == std::chrono::minutes(2)));
  BOOST_TEST(server.request_body_max_read == 1048576u);
  BOOST_TEST((server.http_method_disabled_remote == std::vector<std::string>{"TRACE", "PUT", "DELETE"}));
  BOOST_TEST(server.trusted_proxies.size() == 2u);
  BOOST_TEST(server.server_name == "one");
  BOOST_TEST((parsed.settings.forms.forms_auth == AuthTransport::none));
  BOOST_TEST((parsed.settings.ba.ba_auth == AuthTransport::https));
  BOOST_TEST(parsed.settings.ba.basic_auth_realm == "The = Realm");
  BOOST_TEST(parsed.line_of("server", "https-port") == 6u);
  BOOST_TEST(parsed.line_of("server", "http-port") == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_not_set_has_its_default) {
  const auto settings = parse(kBase, "f").settings;
  BOOST_TEST(settings.server.https_port == 443u);
  BOOST_TEST(settings.server.https);
  BOOST_TEST(!settings.server.http);
  BOOST_TEST(settings.server.request_body_max_read == 262144u);
  BOOST_TEST((settings.session.timeout == std::chrono::hours(1)));
  BOOST_TEST(settings.session.ssl_session_cookie_name == "__Host-sallyport");
  BOOST_TEST((settings.forms.forms_auth == AuthTransport::https));
  BOOST_TEST((settings.logging.event_level == EventLevel::notice));
  BOOST_TEST((settings.server.http_method_disabled_remote == std::vector<std::string>{"TRACE"}));
  BOOST_TEST(settings.header_names.size() == 1u);
  BOOST_TEST(settings.header_names[0].value == "iv_server_name");
  BOOST_TEST(settings.server.trusted_proxies.empty());
}

BOOST_AUTO_TEST_CASE(naming_a_list_replaces_its_default_and_an_empty_value_empties_it) {
  BOOST_TEST(parse(kBase + "[server]\nhttp-method-disabled-remote =\n", "f")
                 .settings.server.http_method_disabled_remote.empty());
  const auto named = parse(kBase + "[header-names]\nclient-port = X-Port\n", "f").settings;
  BOOST_TEST(named.header_names.size() == 1u);
  BOOST_TEST(named.header_names[0].key == "client-port");
}

BOOST_AUTO_TEST_CASE(stanzas_with_free_keys_keep_their_order_and_lines) {
  const auto parsed = parse(kBase +
                                "[http-method-perms]\nPOST = m\n<default> = r\nPROPFIND = l\n"
                                "[ssl-sni]\nShop.Example.com = /a.crt   /a.key\n",
                            "f");
  BOOST_TEST(messages(parsed).empty());
  const auto& perms = parsed.settings.http_method_perms;
  BOOST_REQUIRE(perms.size() == 3u);
  BOOST_TEST(perms[0].key == "POST");
  BOOST_TEST(perms[1].key == "<default>");
  BOOST_TEST(perms[2].value == "l");
  BOOST_TEST(perms[2].line == 7u);
  BOOST_REQUIRE(parsed.settings.ssl_sni.size() == 1u);
  BOOST_TEST(parsed.settings.ssl_sni[0].host == "shop.example.com");
  BOOST_TEST(parsed.settings.ssl_sni[0].cert_file == "/a.crt");
  BOOST_TEST(parsed.settings.ssl_sni[0].key_file == "/a.key");
}

BOOST_AUTO_TEST_CASE(all_errors_are_reported_at_once_in_the_order_of_the_lines) {
  expect(
      "early = 1\n"
      "[server\n"
      "[srver]\n"
      "anything = goes\n"
      "[server]\n"
      "htps-port = 1\n"
      "forms-auth = https\n"
      "colour = red\n"
      "https-port = 70000\n"
      "  http = maybe\n"
      "worker-threads = 4\n"
      "worker-threads = 5\n"
      "no equals sign\n"
      "= 5\n"
      "client-connect-timeout = 5 minutes\n"
      "max-client-read = 1t\n"
      "trusted-proxies = 10.0.0.0/33\n"
      "network-interface = localhost\n"
      "https-port =\n"
      "[forms]\n"
      "forms-auth = http\n"
      "[policy]\n"
      "policy-db = policy.xml\n"
      "[http-method-perms]\n"
      "GET/ = r\n"
      "PUT =\n"
      "DELETE = d\n"
      "delete = d\n",
      {
          "f:1:1: error: a setting before the first stanza",
          "f:2:1: error: the stanza's name has to end with ] and stand alone in its line",
          "f:3:1: error: unknown stanza [srver]; is it [server]?",
          "f:6:1: error: unknown key htps-port in [server]; is it https-port?",
          "f:7:1: error: unknown key forms-auth in [server]; it belongs in [forms]",
          "f:8:1: error: unknown key colour in [server]",
          "f:9:14: error: https-port must be a number from 1 to 65535, not '70000'",
          "f:10:10: error: http must be yes or no, not 'maybe'",
          "f:12:1: error: worker-threads is set already in line 11",
          "f:13:1: error: expected [stanza], key = value or a comment that begins with #",
          "f:14:1: error: there is no key before the =",
          "f:15:26: error: client-connect-timeout must be a time (seconds, or a number with s, m, h or d) from 1 to "
          "3600 seconds, not '5 minutes'",
          "f:16:19: error: max-client-read must be a size (a number, or one with k, m or g) from 4096 to 1048576 "
          "bytes, not '1t'",
          "f:17:19: error: trusted-proxies must be an IP address or a network such as 10.0.0.0/8, not '10.0.0.0/33'",
          "f:18:21: error: network-interface must be an IPv4 or IPv6 address, not 'localhost'",
          "f:19:1: error: https-port is set already in line 9",
          "f:21:14: error: forms-auth must be none or https, not 'http'",
          "f:23:13: error: policy-db must be an absolute path, not 'policy.xml'",
          "f:25:1: error: the key must be an HTTP method or <default>, not 'GET/'",
          "f:26:6: error: PUT must be permission letters, not empty",
          "f:28:1: error: delete is set already in line 27",
      });
}

BOOST_AUTO_TEST_CASE(a_comment_behind_a_value_is_no_comment) {
  expect(kBase + "[server]\nhttps = yes # of course\n",
         {"f:5:9: error: https must be yes or no, not 'yes # of course'; a comment needs a line of its own"});
  expect(kBase + "[ba]\nbasic-auth-realm = Us # and them\n",
         {"f:5:20: warning: the value goes on after the #: a comment needs a line of its own"});
}

BOOST_AUTO_TEST_CASE(G7_bytes_that_are_no_text_are_refused_and_not_repeated) {
  expect(kBase + "[server]\nserver-name = a\x1b[31m\n", {"f:5:16: error: a control character"});
  expect(kBase + "[server]\nserver-name = a\xff\n", {"f:5:1: error: the line is not UTF-8"});
  expect(std::string("[server]\nserver-name = a") + '\0' + "b\n", {"f:2:16: error: a control character",
                                                                   "f: error: https needs a certificate: [ssl] "
                                                                   "server-cert-file is not set"});
}

BOOST_AUTO_TEST_CASE(D6_sizes_are_limited) {
  const ParseLimits limits{.max_file_size = 100, .max_line_length = 20, .max_diagnostics = 3};
  BOOST_TEST(messages(parse(std::string(101, '\n'), "f", limits)) ==
                 std::vector<std::string>{"f: error: has more than 100 bytes"},
             boost::test_tools::per_element());
  BOOST_TEST(messages(parse("#" + std::string(20, 'x'), "f", limits)).front() ==
             "f:1:1: error: the line has more than 20 bytes");
  const auto many = messages(parse("a=1\nb=1\nc=1\nd=1\n", "f", limits));
  BOOST_TEST(many.size() == 4u);
  BOOST_TEST(many.back() == "f: error: too many errors, the rest of the file was not read");
}

BOOST_AUTO_TEST_CASE(units_do_not_overflow) {
  expect(kBase + "[session]\ntimeout = 99999999999999999999d\n",
         {"f:5:11: error: timeout must be a time (seconds, or a number with s, m, h or d) from 0 to 31536000 seconds, "
          "not '99999999999999999999d'"});
  expect(kBase + "[session]\ntimeout = 213503982334602d\n",
         {"f:5:11: error: timeout must be a time (seconds, or a number with s, m, h or d) from 0 to 31536000 seconds, "
          "not '213503982334602d'"});
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_line_ends_of_other_systems_are_read) {
  const auto parsed = parse("\xef\xbb\xbf[ssl]\r\nserver-cert-file = /c\r\nserver-key-file = /k\r\n", "f");
  BOOST_TEST(messages(parsed).empty());
  BOOST_TEST(parsed.settings.ssl.server_key_file.front() == "/k");
}

BOOST_AUTO_TEST_SUITE_END()
