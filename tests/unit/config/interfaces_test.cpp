#include "config/interfaces.hpp"

#include "config/restart.hpp"
#include "unit/config/diagnostics.hpp"

using namespace sallyport;
using namespace sallyport::config;

namespace {

const std::string kCerts = kBase + "[certificate]\nclient-ca-file = /ca\n";

void expect_line(const std::string& value, const std::string& error) {
  expect(kBase + "[interfaces]\nx = " + value + "\n", {"f:5:5: error: x " + error});
}

Settings settings_of(const std::string& text) {
  const auto parsed = parse(text, "f");
  for (const auto& diagnostic : parsed.diagnostics) BOOST_ERROR(diagnostic.to_string());
  return parsed.settings;
}

std::vector<Interface> lines(const std::string& text) {
  return settings_of(kCerts + "[interfaces]\n" + text).interfaces;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_interfaces)

BOOST_AUTO_TEST_CASE(a_line_is_properties_with_semicolons_between_them) {
  const auto read = lines(
      "partners = network-interface=192.0.2.1; https-port = 9443 ;http-port=9080;accept-client-certs=required\n"
      "Plain.2 = http-port=81;\n"
      "v6 = https-port=444;network-interface=2001:db8::1\n");
  BOOST_REQUIRE(read.size() == 3u);
  BOOST_TEST(read[0].name == "partners");
  BOOST_TEST((read[0].network_interface == IpAddress::parse("192.0.2.1")));
  BOOST_TEST(read[0].https_port == 9443u);
  BOOST_TEST(read[0].http_port == 9080u);
  BOOST_TEST((read[0].accept_client_certs == ClientCerts::required));
  BOOST_TEST(read[0].line == 7u);
  BOOST_TEST(read[1].name == "Plain.2");
  BOOST_TEST((read[1].network_interface == std::nullopt));
  BOOST_TEST(read[1].https_port == 0u);
  BOOST_TEST(read[1].http_port == 81u);
  BOOST_TEST((read[1].accept_client_certs == std::nullopt));
  BOOST_TEST((read[2].network_interface == IpAddress::parse("2001:db8::1")));
}

BOOST_AUTO_TEST_CASE(every_rule_can_be_written) {
  for (const std::string_view rule : kClientCertsNames) {
    const auto read = parse_interface("x", "https-port=1;accept-client-certs=" + std::string(rule));
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((read->accept_client_certs == client_certs_from(rule)));
    BOOST_TEST(kClientCertsNames[static_cast<std::size_t>(*read->accept_client_certs)] == rule);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_line_says_which_property_is_wrong_and_how) {
  expect_line("https-port=0", "https-port must be a number from 1 to 65535, not '0'");
  expect_line("https-port=65536", "https-port must be a number from 1 to 65535, not '65536'");
  expect_line("http-port=", "http-port must be a number from 1 to 65535, not empty");
  expect_line("https-port=444;http-port=http", "http-port must be a number from 1 to 65535, not 'http'");
  expect_line("network-interface=localhost;https-port=444",
              "network-interface must be an IPv4 or IPv6 address, not 'localhost'");
  expect_line("https-port=444;accept-client-certs=Required",
              "accept-client-certs must be never, optional, required, critical or prompt_as_needed, not 'Required'");
  expect_line("https-port=444;accept-client-certs=yes",
              "accept-client-certs must be never, optional, required, critical or prompt_as_needed, not 'yes'");
  expect_line("https-prt=444", "has an unknown property https-prt; is it https-port?");
  expect_line("https-port=444;worker-threads=5",
              "has an unknown property worker-threads; there are network-interface, https-port, http-port and "
              "accept-client-certs");
  expect_line("https-port=444;https-port=445", "has https-port twice");
  expect_line("https-port=444;;http-port=81", "must be property=value, with ; between several, not empty");
  expect_line("444", "must be property=value, with ; between several, not '444'");
  expect_line("https-port=444 http-port=81", "https-port must be a number from 1 to 65535, not '444 http-port=81'");
  expect_line("network-interface=192.0.2.1", "needs an https-port, an http-port or both");
  expect_line("http-port=81;accept-client-certs=never", "needs an https-port for its accept-client-certs");
  expect(kBase + "[interfaces]\nx =\n", {"f:5:4: error: x must be property=value, with ; between several, not empty"});
  expect(kBase + "[interfaces]\nx = https-port=444\nX = https-port=445\n",
         {"f:6:1: error: X is set already in line 5"});
  expect(kBase + "[interfaces]\na b = https-port=444\n",
         {"f:5:1: error: the key must be at most 64 letters, digits, dots, hyphens and underscores, a letter or digit "
          "first, not 'a b'"});
}

BOOST_AUTO_TEST_CASE(no_two_ports_are_the_same) {
  const std::string stanza = kBase + "[interfaces]\n";
  expect(stanza + "x = https-port=443\n", {"f:5: error: [interfaces] x https-port 443 is the same as [server] https-port"});
  expect(stanza + "x = http-port=443\n", {"f:5: error: [interfaces] x http-port 443 is the same as [server] https-port"});
  expect(stanza + "x = http-port=80\n", {});
  expect(stanza + "x = http-port=80\n[server]\nhttp = yes\n",
         {"f:5: error: [interfaces] x http-port 80 is the same as [server] http-port"});
  expect(stanza + "x = https-port=444;http-port=444\n",
         {"f:5: error: [interfaces] x http-port 444 is the same as [interfaces] x https-port"});
  expect(stanza + "x = https-port=444\ny = https-port=444\n",
         {"f:6: error: [interfaces] y https-port 444 is the same as [interfaces] x https-port"});
  expect(stanza + "x = https-port=8444\n[certificate]\nsecondary-port = 8444\n",
         {"f:5: error: [interfaces] x https-port 8444 is the same as [certificate] secondary-port"});
  expect(kBase + "[certificate]\nsecondary-port = 443\n",
         {"f:5: error: secondary-port and [server] https-port are the same"});
}

BOOST_AUTO_TEST_CASE(ports_may_be_the_same_at_different_addresses) {
  const std::string stanza = kBase + "[server]\nnetwork-interface = 192.0.2.1\n[interfaces]\n";
  const std::string at_address = "f:7: error: [interfaces] x https-port 443 is the same as [server] https-port";
  expect(stanza + "x = https-port=443;network-interface=192.0.2.2\ny = https-port=443;network-interface=::\n", {});
  expect(stanza + "x = https-port=443;network-interface=192.0.2.1\n", {at_address});
  expect(stanza + "x = https-port=443;network-interface=0.0.0.0\n", {at_address + ", at an address that both have"});
  // Without an address of its own it has that of the server.
  expect(stanza + "x = https-port=443\n", {at_address});
  expect(kBase + "[interfaces]\nx = https-port=443;network-interface=192.0.2.2\n",
         {"f:5: error: [interfaces] x https-port 443 is the same as [server] https-port, at an address that both have"});
  expect(kBase + "[interfaces]\nx = https-port=444;network-interface=192.0.2.2\ny = https-port=444\n",
         {"f:6: error: [interfaces] y https-port 444 is the same as [interfaces] x https-port, at an address that both "
          "have"});
}

BOOST_AUTO_TEST_CASE(what_holds_for_the_server_holds_for_its_interfaces) {
  const std::string asks = "[interfaces]\nx = https-port=444;accept-client-certs=optional\n";
  expect(kBase + asks, {"f:4: error: client certificates need authorities that vouch for them: [certificate] "
                        "client-ca-file is not set"});
  expect(kCerts + asks, {});
  expect(kBase + "[interfaces]\nx = https-port=444;accept-client-certs=never\n", {});
  expect("[server]\nhttps = no\n[interfaces]\nx = https-port=444\n",
         {"f: error: https needs a certificate: [ssl] server-cert-file is not set"});
  expect("[server]\nhttps = no\n[interfaces]\nx = http-port=81\n", {});
  expect(kCerts + asks + "[authentication-levels]\nlevel = unauthenticated\nlevel = password\n",
         {"f:9: error: users may log in by certificate, but there is no level ssl"});
  expect(kBase + "[server]\nhttps = no\n[interfaces]\nx = https-port=444\n[forms]\nforms-auth = none\n",
         {"f:9: warning: nobody can log in: forms-auth and ba-auth are both none"});
  std::string many = kBase + "[interfaces]\n";
  for (std::size_t i = 0; i <= kMostInterfaces; ++i) {
    many += "x" + std::to_string(i) + " = http-port=" + std::to_string(1000 + i) + "\n";
  }
  expect(many, {"f:4: error: [interfaces] has more than 64 lines"});
}

BOOST_AUTO_TEST_CASE(whoever_trusts_in_a_strict_interface_is_told_of_hosts_with_weaker_rules) {
  const std::string hosts = "[accept-client-certs]\na.example = critical\nb.example = optional\n";
  const std::string warning =
      "f:7: warning: [interfaces] x: b.example is served without a certificate there too, for [accept-client-certs] says "
      "optional";
  expect(kCerts + "[interfaces]\nx = https-port=444;accept-client-certs=required\n" + hosts, {warning});
  expect(kCerts + "[interfaces]\nx = https-port=444;accept-client-certs=critical\n" + hosts, {warning});
  expect(kCerts + "[interfaces]\nx = https-port=444;accept-client-certs=optional\n" + hosts, {});
  expect(kCerts + "[interfaces]\nx = https-port=444\n" + hosts, {});
}

BOOST_AUTO_TEST_CASE(interfaces_are_numbered_as_they_stand) {
  const Settings settings = settings_of(kCerts +
                                        "secondary-port = 8444\n[server]\nhttp = yes\nnetwork-interface = 192.0.2.1\n"
                                        "[interfaces]\na = https-port=444;http-port=81\nb = http-port=82;network-interface=::1\n");
  std::vector<std::string> found;
  for (const auto& port : listening_ports(settings)) {
    std::string text = std::to_string(port.interface) + (port.tls ? " tls " : " - ") + std::to_string(port.port);
    for (const auto& address : port.addresses) text += " " + address.to_string();
    found.push_back(text);
  }
  const std::vector<std::string> expected = {"0 tls 443 192.0.2.1", "0 - 80 192.0.2.1", "1 tls 444 192.0.2.1",
                                             "1 - 81 192.0.2.1",    "2 - 82 ::1",       "3 tls 8444 192.0.2.1"};
  BOOST_TEST(found == expected, boost::test_tools::per_element());
  BOOST_TEST(number_of_secondary(settings) == 3u);
  BOOST_TEST(main_https_port(settings) == 443u);
}

BOOST_AUTO_TEST_CASE(where_the_server_has_no_https_the_first_interface_with_it_is_the_main_one) {
  const Settings settings = settings_of(kBase +
                                        "[server]\nhttps = no\nhttp = yes\n[interfaces]\na = http-port=81\n"
                                        "b = https-port=444\nc = https-port=445\n[certificate]\nsecondary-port = 8444\n");
  BOOST_TEST(main_https_port(settings) == 444u);
  BOOST_TEST(listening_ports(settings).back().interface == 4u);
  const Settings none = settings_of("[server]\nhttps = no\nhttp = yes\n[certificate]\nsecondary-port = 8444\n");
  BOOST_TEST(listening_ports(none).size() == 1u);
}

BOOST_AUTO_TEST_CASE(rules_of_interfaces_count_among_those_of_the_server) {
  const auto with = [](const std::string& rule) {
    return settings_of(kCerts + "[interfaces]\nx = https-port=444;accept-client-certs=" + rule + "\n");
  };
  BOOST_TEST(!asks_for_certificates(with("never")));
  BOOST_TEST(asks_for_certificates(with("critical")));
  BOOST_TEST(!asks_late(with("critical")));
  BOOST_TEST(asks_late(with("prompt_as_needed")));
}

BOOST_AUTO_TEST_CASE(a_reload_changes_the_rules_and_not_what_is_listened_on) {
  Settings running = settings_of(kCerts +
                                 "[interfaces]\na = https-port=444;accept-client-certs=required\nb = https-port=445\n"
                                 "c = https-port=446;accept-client-certs=critical\n");
  // In another order; c now means another port.
  Settings next = settings_of(kCerts +
                              "[interfaces]\nb = https-port=445;accept-client-certs=optional\na = https-port=444\n"
                              "c = https-port=447;accept-client-certs=never\n");
  BOOST_TEST(keep_until_restart(running, next) == std::vector<std::string>{"[interfaces]"}, boost::test_tools::per_element());
  BOOST_REQUIRE(next.interfaces.size() == 3u);
  BOOST_TEST(next.interfaces[0].name == "a");
  BOOST_TEST((next.interfaces[0].accept_client_certs == std::nullopt));
  BOOST_TEST((next.interfaces[1].accept_client_certs == ClientCerts::optional));
  BOOST_TEST(next.interfaces[2].https_port == 446u);
  BOOST_TEST((next.interfaces[2].accept_client_certs == ClientCerts::critical));
}

BOOST_AUTO_TEST_CASE(rules_and_order_alone_need_no_restart) {
  const auto running = lines("a = https-port=444\nb = https-port=445\n");
  const auto next = lines("b = https-port=445;accept-client-certs=never\na = https-port=444\n");
  BOOST_TEST(same_until_restart(running, next));
  for (const char* const other : {"a = https-port=444\n", "a = https-port=444\nc = https-port=445\n",
                                  "a = https-port=444\nb = https-port=446\n", "a = https-port=444\nb = http-port=445\n",
                                  "a = https-port=444\nb = https-port=445;network-interface=::1\n"}) {
    BOOST_TEST(!same_until_restart(running, lines(other)), other);
  }
  // Rules follow, the numbers of the interfaces stay.
  Settings then = settings_of(kCerts + "[interfaces]\na = https-port=444\nb = https-port=445\n");
  Settings now = settings_of(kCerts + "[interfaces]\nb = https-port=445;accept-client-certs=never\na = https-port=444\n");
  BOOST_TEST(keep_until_restart(then, now).empty());
  BOOST_TEST(now.interfaces[0].name == "a");
}

BOOST_AUTO_TEST_SUITE_END()
