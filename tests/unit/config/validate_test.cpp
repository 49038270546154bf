#include "config/validate.hpp"

#include "unit/config/diagnostics.hpp"

using namespace sallyport;
using namespace sallyport::config;

BOOST_AUTO_TEST_SUITE(config_validate)

BOOST_AUTO_TEST_CASE(the_least_configuration_is_a_certificate) {
  expect(kBase, {});
  expect("", {"f: error: https needs a certificate: [ssl] server-cert-file is not set"});
}

BOOST_AUTO_TEST_CASE(listeners_must_exist_and_differ) {
  expect(kBase + "[server]\nhttps = no\n", {"f:5: error: neither https nor http is offered"});
  expect(kBase + "[server]\nhttp = yes\nhttp-port = 443\n", {"f:6: error: http-port and https-port are the same"});
  expect(kBase + "[server]\nunix-group = g\n", {"f:5: error: unix-group needs unix-user"});
  expect(kBase + "[server]\nmax-client-read = 8k\n",
         {"f:4: error: max-request-line is larger than max-client-read, which includes it"});
}

BOOST_AUTO_TEST_CASE(levels_begin_with_none_and_are_each_there_once) {
  const std::string levels = kBase + "[authentication-levels]\n";
  expect(levels + "level = unauthenticated\nlevel = ssl\nlevel = password\nlevel = totp\n", {});
  expect(levels + "level = password\nlevel = unauthenticated\n",
         {"f:5: error: the first level must be unauthenticated: it is the one of those who are not logged in"});
  expect(levels + "level = unauthenticated\nlevel = password\nlevel = password\n",
         {"f:5: error: the level password is there twice"});
  expect(levels + "level = unauthenticated\nlevel = ssl\n",
         {"f:5: error: users may log in with a password, but there is no level password"});
  expect(levels + "level = unauthenticated\nlevel = ssl\n[forms]\nforms-auth = none\n",
         {"f:8: warning: nobody can log in: forms-auth and ba-auth are both none"});
  const std::string certificates = "[certificate]\naccept-client-certs = optional\nclient-ca-file = /ca\n";
  expect(kBase + certificates, {});
  expect(certificates + levels + "level = unauthenticated\nlevel = ssl\nlevel = password\n", {});
  expect(certificates + levels + "level = unauthenticated\nlevel = password\n",
         {"f:8: error: users may log in by certificate, but there is no level ssl"});
  expect(levels + "level = token-card\n",
         {"f:5:9: error: level must be unauthenticated, password, ssl or totp, not 'token-card'"});
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_that_of_a_level_that_is_there) {
  expect(kBase + "[level-lifetime]\npassword = 15m\n", {});
  expect(kBase + "[level-lifetime]\nssl = 15m\n", {"f:5: error: there is no level ssl in [authentication-levels]"});
  expect(kBase + "[level-lifetime]\nunauthenticated = 1h\n",
         {"f:5:1: error: the key must be password, ssl or totp, not 'unauthenticated'"});
  expect(kBase + "[level-lifetime]\npassword = soon\n",
         {"f:5:12: error: password must be a time (seconds, or a number with s, m, h or d) of at most 366 days, "
          "not 'soon'"});
}

BOOST_AUTO_TEST_CASE(every_certificate_needs_its_key) {
  expect(kBase + "server-cert-file = /c2\n",
         {"f:3: error: there are 2 server-cert-file and 1 server-key-file; each certificate needs its key"});
  expect(kBase + "server-cert-file = /c2\nserver-key-file = /k2\n", {});
  expect(kBase + "disable-tls-v12 = yes\ndisable-tls-v13 = yes\n",
         {"f:5: error: TLS 1.2 and TLS 1.3 are both disabled, and there is no other version"});
}

BOOST_AUTO_TEST_CASE(a_registry_of_type_ldap_needs_its_directory) {
  expect(kBase + "[registry]\ntype = ldap\n[ldap]\n",
         {"f:6: error: a registry of type ldap needs at least one [ldap] server",
          "f:6: error: a registry of type ldap needs [ldap] user-search-base",
          "f:6: error: this group-style needs [ldap] group-search-base"});
  const std::string ldap =
      kBase +
      "[registry]\ntype = ldap\n[ldap]\nserver = ldap://a.example:389\nserver = ldaps://b.example\n"
      "user-search-base = ou=people\ngroup-style = memberOf\n";
  expect(ldap, {});
  expect(ldap + "bind-dn = cn=x\n", {"f:11: error: bind-dn and bind-pwd-file need each other"});
  expect(ldap + "start-tls = no\n", {"f:11: warning: passwords are sent to ldap:// servers in clear: start-tls is no"});
  BOOST_TEST(check(ldap + "server = http://c.example\n").size() == 1u);
  BOOST_TEST(check(ldap + "server = ldap://c.example:0\n").size() == 1u);
  BOOST_TEST(check(ldap + "server = ldap://c.example/dc=x??sub\n").size() == 1u);
  BOOST_TEST(check(ldap + "server = ldap://[::1]:389\nserver = ldapi://%2Frun%2Fldapi\n").empty());
}

BOOST_AUTO_TEST_CASE(method_permissions_need_a_default) {
  expect(kBase + "[http-method-perms]\nGET = r\n", {"f:4: error: [http-method-perms] has entries but no <default>"});
  expect(kBase + "[http-method-perms]\nGET = r\n<default> = r\n", {});
}

BOOST_AUTO_TEST_CASE(what_has_no_effect_is_a_warning) {
  expect(kBase + "[session]\ntimeout = 5m\n", {"f:4: warning: inactive-timeout has no effect: timeout is shorter"});
  expect(kBase + "[forms]\nforms-auth = none\n",
         {"f:5: warning: nobody can log in: forms-auth and ba-auth are both none"});
  expect(kBase + "[server]\nproxy-protocol = yes\n",
         {"f:5: warning: proxy-protocol has no effect: trusted-proxies is not set"});
  expect(kBase + "[server]\nproxy-protocol = yes\ntrusted-proxies = 10.0.0.1\n", {});
  BOOST_TEST(parse(kBase + "[forms]\nforms-auth = none\n", "f").ok());
}

BOOST_AUTO_TEST_CASE(an_error_is_not_followed_by_its_consequences) {
  expect("[ssl]\nserver-cert-file = c\n", {"f:2:20: error: server-cert-file must be an absolute path, not 'c'"});
  expect("[sl]\nserver-cert-file = /c\n", {"f:1:1: error: unknown stanza [sl]; is it [ssl]?"});
}

BOOST_AUTO_TEST_CASE(sources_of_revocation_need_authorities_and_passwords_privacy) {
  const std::string ca = kBase + "[certificate]\nclient-ca-file = /ca\n";
  expect(ca + "crl-file = /a\ncrl-file = /b\nocsp-url = http://o/\ncrl-ldap-server = ldap://d\n", {});
  expect(kBase + "[certificate]\ncrl-file = /a\n", {"f:5: warning: crl-file has no effect: client-ca-file is not set"});
  expect(ca + "crl-ldap-user = cn=a\n", {"f:6: error: crl-ldap-user and crl-ldap-user-password-file need each other"});
  expect(ca + "crl-ldap-server = ldap://d\ncrl-ldap-user = cn=a\ncrl-ldap-user-password-file = /p\n",
         {"f:7: warning: its password is sent to crl-ldap-server in clear: that is no ldaps://"});
}

BOOST_AUTO_TEST_CASE(client_certificates_for_junctions_need_both_files) {
  expect(kBase + "[junction]\njct-client-key-file = /k\n",
         {"f:4: error: jct-client-cert-file and jct-client-key-file need each other"});
}

BOOST_AUTO_TEST_SUITE_END()
