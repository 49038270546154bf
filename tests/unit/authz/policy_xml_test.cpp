#include "authz/policy_xml.hpp"

#include <random>

#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

namespace {

const std::string kDefaults =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<policy version=\"1\">\n"
    "  <acl name=\"default-management\">\n"
    "    <group name=\"iv-admin\" permissions=\"TcgmdbsvatBRrxlNWA\"/>\n"
    "    <group name=\"ivmgrd-servers\" permissions=\"Ts\"/>\n"
    "    <any-other permissions=\"Tv\"/>\n"
    "  </acl>\n"
    "  <acl name=\"default-root\">\n"
    "    <group name=\"iv-admin\" permissions=\"TcmdbvaBR\"/>\n"
    "    <any-other permissions=\"T\"/>\n"
    "    <unauthenticated permissions=\"T\"/>\n"
    "  </acl>\n"
    "  <acl name=\"default-webseal\">\n"
    "    <user name=\"sec_master\" permissions=\"TcmdbsvaBRrxl\"/>\n"
    "    <group name=\"iv-admin\" permissions=\"TcmdbsvaBRrxl\"/>\n"
    "    <group name=\"webseal-servers\" permissions=\"Tgmdbsrxl\"/>\n"
    "    <any-other permissions=\"Trx\"/>\n"
    "    <unauthenticated permissions=\"T\"/>\n"
    "  </acl>\n"
    "  <attach object=\"/\" acl=\"default-root\"/>\n"
    "  <attach object=\"/Management\" acl=\"default-management\"/>\n"
    "  <attach object=\"/WebSEAL\" acl=\"default-webseal\"/>\n"
    "</policy>\n";

// A store with this between a root list and the end.
std::string with(std::string_view lines) {
  return "<policy version='1'>\n<acl name='root'/>\n" + std::string(lines) + "\n</policy>";
}

std::string error_with(std::string_view lines) {
  return error_of(parse_policy(with(lines)));
}

constexpr std::string_view kRoot = "<attach object='/' acl='root'/>";

}  // namespace

BOOST_AUTO_TEST_SUITE(authz_policy_xml)

BOOST_AUTO_TEST_CASE(the_default_policy_is_written_and_read) {
  const auto document = PolicyDocument::with_defaults();
  BOOST_TEST(render_policy(document) == kDefaults);
  const auto back = parse_policy(kDefaults);
  BOOST_REQUIRE_MESSAGE(back.has_value(), error_of(back));
  BOOST_TEST((*back == document));
}

BOOST_AUTO_TEST_CASE(G6_whatever_a_document_can_hold_comes_back_byte_for_byte) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_acl("a <b> & 'c' [server]", "\"quoted\" & <tagged>"));
  BOOST_REQUIRE(document.set_entry("a <b> & 'c' [server]", of_user("O'Neill, & <co>"), letters("")));
  BOOST_REQUIRE(document.create_object(object("/WebSEAL/s/é ü/<x>&\"y\""), {"d", 5, true}));
  BOOST_REQUIRE(document.create_object(object("/WebSEAL/t"), {"", 0, false}));
  BOOST_REQUIRE(document.attach(object("/WebSEAL/s/é ü/<x>&\"y\""), "a <b> & 'c' [server]"));
  const auto text = render_policy(document);
  const auto back = parse_policy(text);
  BOOST_REQUIRE_MESSAGE(back.has_value(), error_of(back));
  BOOST_TEST((*back == document));
  BOOST_TEST(render_policy(*back) == text);
}

BOOST_AUTO_TEST_CASE(random_policies_come_back_byte_for_byte) {
  std::mt19937 random(99);
  const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  for (int round = 0; round < 50; ++round) {
    auto document = PolicyDocument::with_defaults();
    for (unsigned i = pick(6); i > 0; --i) {
      const auto acl = "acl " + std::to_string(i);
      BOOST_REQUIRE(document.create_acl(acl, pick(2) ? "d & d" : ""));
      for (unsigned entry = pick(5); entry > 0; --entry) {
        const auto who = std::string(1, static_cast<char>('A' + pick(40)));
        if (!identity::Name::make(who)) continue;
        BOOST_REQUIRE(document.set_entry(acl, pick(2) ? of_user(who) : of_group(who), letters(pick(2) ? "Trx" : "")));
      }
      const auto where = object("/WebSEAL/" + std::to_string(pick(4)) + "/x");
      BOOST_REQUIRE(document.attach(where, acl));
      if (pick(2)) BOOST_REQUIRE(document.set_object(where, {"o", pick(18), true}));
    }
    const auto text = render_policy(document);
    const auto back = parse_policy(text);
    BOOST_REQUIRE_MESSAGE(back.has_value(), error_of(back) + text);
    BOOST_REQUIRE((*back == document));
    BOOST_REQUIRE(render_policy(*back) == text);
  }
}

BOOST_AUTO_TEST_CASE(a_store_needs_a_list_at_the_root) {
  BOOST_TEST(error_with(kRoot) == "");
  BOOST_TEST(error_with("") == "malformed: no ACL is attached to /, the root object");
  BOOST_TEST(error_of(parse_policy("<policy version='1'/>")) == "malformed: no ACL is attached to /, the root object");
}

BOOST_AUTO_TEST_CASE(what_the_schema_does_not_allow_is_refused_with_its_line) {
  const auto begins = [](std::string_view lines, std::string_view expected) {
    const auto error = error_with(lines);
    BOOST_TEST(error.starts_with(expected), error);
  };
  begins("\n<acl/>", "malformed: line 4: Element 'acl': The attribute 'name' is required but missing");
  begins("<acl name='x' colour='red'/>", "malformed: line 3: Element 'acl', attribute 'colour': ");
  begins("<acl name='x'><any-other permissions='rq'/></acl>",
         "malformed: line 3: Element 'any-other', attribute 'permissions': ");
  begins("<acl name='x'><any-other permissions='r'/><any-other permissions='r'/></acl>",
         "malformed: line 3: Element 'any-other': This element is not expected");
  begins("<object name='/a' type='18' policy-attachable='yes'/>",
         "malformed: line 3: Element 'object', attribute 'type'");
  begins("<rule name='x'/>", "malformed: line 3: Element 'rule': This element is not expected");
  begins("<pop name='x' warning='no' qop='none'/>", "malformed: line 3: Element 'pop': Missing child element(s)");
  begins("<pop name='x' warning='no' qop='some'><any-other-network level='0'/></pop>",
         "malformed: line 3: Element 'pop', attribute 'qop'");
  begins("<pop name='x' warning='no' qop='none'><any-other-network level='high'/></pop>",
         "malformed: line 3: Element 'any-other-network', attribute 'level'");
  BOOST_TEST(error_of(parse_policy("<policy version='2'/>")).starts_with("malformed: line 1: "));
  BOOST_TEST(error_of(parse_policy("<other/>")).starts_with("malformed: line 1: "));
}

BOOST_AUTO_TEST_CASE(what_the_schema_cannot_see_is_refused_with_its_line) {
  BOOST_TEST(error_with("<acl name='ROOT'/>") == "already-exists: line 3: there is an ACL ROOT already");
  BOOST_TEST(error_with("<acl name=' x'/>") == "malformed: line 3: the name ' x' begins or ends with a blank");
  BOOST_TEST(error_with("<acl name='x'>\n<user name='a' permissions='r'/>\n<user name='A' permissions=''/></acl>") ==
             "already-exists: line 5: a second entry for user A");
  BOOST_TEST(error_with("<attach object='/a/' acl='root'/>") ==
             "malformed: line 3: '/a/' is no object name: it has an empty segment, or a / at its end");
  BOOST_TEST(error_with("<attach object='/' acl='none'/>") == "not-found: line 3: there is no ACL 'none'");
  BOOST_TEST(error_with(std::string(kRoot) + "\n<attach object='/' acl='root'/>") ==
             "already-exists: line 4: the ACL root is attached to / already");
  BOOST_TEST(error_with("<object name='/WebSEAL/a' type='0' policy-attachable='no'/>\n"
                        "<attach object='/WebSEAL/a' acl='root'/>") ==
             "denied: line 4: no policy can be attached to /WebSEAL/a");
}

BOOST_AUTO_TEST_CASE(protected_object_policies_are_written_and_read) {
  auto document = PolicyDocument::with_defaults();
  BOOST_REQUIRE(document.create_pop("Vault", "the \"vault\""));
  BOOST_REQUIRE(document.set_pop_warning("vault", true));
  BOOST_REQUIRE(document.set_pop_protection("vault", Protection::privacy));
  BOOST_REQUIRE(document.set_pop_network("vault", network("10.1.2.3", "255.0.0.0"), {false, 1}));
  BOOST_REQUIRE(document.set_pop_network("vault", network("2001:db8::", "ffff:ffff::"), {true, 0}));
  BOOST_REQUIRE(document.set_pop_any_other_network("vault", {false, 2}));
  BOOST_REQUIRE(document.create_pop("empty"));
  BOOST_REQUIRE(document.attach_pop(object("/WebSEAL/s"), "vault"));
  const auto text = render_policy(document);
  BOOST_TEST(text.find("  <pop name=\"Vault\" description=\"the &quot;vault&quot;\" warning=\"yes\" qop=\"privacy\">\n"
                       "    <network address=\"10.0.0.0\" mask=\"255.0.0.0\" level=\"1\"/>\n"
                       "    <network address=\"2001:db8::\" mask=\"ffff:ffff::\" level=\"forbidden\"/>\n"
                       "    <any-other-network level=\"2\"/>\n"
                       "  </pop>\n") != std::string::npos,
             text);
  BOOST_TEST(text.find("  <attach-pop object=\"/WebSEAL/s\" pop=\"Vault\"/>\n") != std::string::npos, text);
  const auto back = parse_policy(text);
  BOOST_REQUIRE_MESSAGE(back.has_value(), error_of(back) + text);
  BOOST_TEST((*back == document));
  BOOST_TEST(render_policy(*back) == text);
}

BOOST_AUTO_TEST_CASE(a_pop_that_cannot_be_is_refused_with_its_line) {
  const auto with_pop = [](std::string_view networks, std::string_view attach = "") {
    const std::string text = std::string(kRoot) + "\n<attach-pop object='/' pop='p'/>";
    return error_of(parse_policy(
        with("<pop name='p' warning='no' qop='none'>\n" + std::string(networks) + "\n<any-other-network level='0'/></pop>\n" +
             text + std::string(attach)),
        PolicyLimits{.max_level = 1}));
  };
  BOOST_TEST(with_pop("") == "");
  BOOST_TEST(with_pop("<network address='10.0.0.0' mask='255.0.255.0' level='1'/>") ==
             "malformed: line 4: the mask '255.0.255.0' has a gap");
  BOOST_TEST(with_pop("<network address='10.0.0' mask='255.0.0.0' level='1'/>") ==
             "malformed: line 4: '10.0.0' is no IP address");
  BOOST_TEST(with_pop("<network address='10.0.0.0' mask='255.0.0.0' level='2'/>") ==
             "malformed: line 4: there is no authentication level 2: [authentication-levels] has 0 to 1");
  BOOST_TEST(with_pop("<network address='10.0.0.1' mask='255.0.0.0' level='1'/>"
                      "<network address='10.0.0.2' mask='255.0.0.0' level='0'/>") ==
             "already-exists: line 4: a second entry for the network 10.0.0.0 255.0.0.0");
  BOOST_TEST(with_pop("", "<attach-pop object='/' pop='P'/>") ==
             "already-exists: line 7: the POP p is attached to / already");
  BOOST_TEST(with_pop("", "<attach-pop object='/WebSEAL' pop='q'/>") == "not-found: line 7: there is no POP 'q'");
}

BOOST_AUTO_TEST_CASE(G5_a_store_cannot_reach_out) {
  BOOST_TEST(error_of(parse_policy("<!DOCTYPE policy SYSTEM 'file:///etc/passwd'>" + with(kRoot))) ==
             "unsupported: line 1: a DOCTYPE is not allowed");
}

BOOST_AUTO_TEST_SUITE_END()
