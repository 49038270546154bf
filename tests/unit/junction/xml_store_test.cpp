#include "junction/xml_store.hpp"

#include <boost/test/unit_test.hpp>

#include "junction/sample.hpp"

using namespace sallyport;
using namespace sallyport::junction;

namespace {

Result<Junction> read(std::string_view text) {
  return parse_junction(text, xml::XmlLimits{});
}

std::string error_of(std::string_view text) {
  const auto junction = read(text);
  return junction ? "" : junction.error().detail;
}

constexpr std::string_view kServer =
    "<server uuid=\"00000000-0000-4000-8000-000000000001\" host=\"backend.example\" port=\"80\"/>";

std::string with(std::string_view attributes, std::string_view children = kServer) {
  return "<junction point=\"/app\" type=\"tcp\" " + std::string(attributes) + ">\n" + std::string(children) +
         "</junction>";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(junction_xml_store)

BOOST_AUTO_TEST_CASE(a_junction_reads_back_the_same_and_writes_the_same_bytes) {
  Junction full = sample_transparent("/caf\xc3\xa9 & <co>/'x'");
  full.type = Type::ssl;
  full.identity = IdentityHeaders{true, false, true};
  full.client_address = true;
  full.basic_auth = BasicAuth::ignore;
  full.case_insensitive = full.session_cookie = full.preserve_cookie_names = true;
  full.http_2 = true;
  full.trailers = {"grpc-status", "X-Sum"};
  full.description = "the \"app\" & more";
  full.ca_file = "/etc/ca.pem";
  full.client_certificate = "/etc/me.pem";
  full.servers.push_back(sample_server(2));
  full.servers[1].dn = "CN=\"a\", O=<b>";
  full.servers[1].virtual_host = "app.example:8443";
  full.servers[1].priority = 3;
  full.servers[1].state = OperationalState::throttled;
  full.servers[1].state_since = 1795305600;
  for (const Junction& junction : {full, sample_standard("/"), sample_virtual_host("shop", "shop.example:8443")}) {
    BOOST_REQUIRE(validate(junction).has_value());
    const std::string text = render_junction(junction);
    const auto again = read(text);
    BOOST_REQUIRE_MESSAGE(again, again.error().detail);
    BOOST_TEST((*again == junction));
    BOOST_TEST(render_junction(*again) == text);
  }
}

BOOST_AUTO_TEST_CASE(the_form_of_the_file) {
  Junction junction = sample_standard("/app");
  junction.identity.user = true;
  BOOST_TEST(render_junction(junction) ==
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<junction point=\"/app\" transparent=\"no\" type=\"tcp\" ba-mode=\"filter\" case-insensitive=\"no\""
             " session-cookie=\"no\" preserve-cookie-names=\"no\">\n"
             "  <headers user=\"yes\" dn=\"no\" groups=\"no\" client-ip=\"no\"/>\n"
             "  <server uuid=\"00000000-0000-4000-8000-000000000001\" host=\"backend.example\" port=\"80\""
             " priority=\"9\" op-state=\"online\"/>\n"
             "</junction>\n");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_has_its_default) {
  const Junction junction = read(with("")).value();
  BOOST_TEST((junction == sample_standard("/app")));
}

BOOST_AUTO_TEST_CASE(errors_name_the_line) {
  BOOST_TEST(error_of(with("colour=\"red\"")).starts_with("line 1: "));
  BOOST_TEST(error_of(with("colour=\"red\"")).find("colour") != std::string::npos);
  BOOST_TEST(error_of(with("", "<server uuid=\"x\" host=\"b\" port=\"80\"/>")).starts_with("line 2: "));
  BOOST_TEST(error_of(with("", "\n<server uuid=\"00000000-0000-4000-8000-000000000001\" host=\"b c\" port=\"80\"/>"))
                 .starts_with("line 3: "));
  BOOST_TEST(
      error_of(with("", "\n<server uuid=\"00000000-0000-4000-8000-000000000001\" host=\"b\" port=\"99999\"/>")) ==
      "line 3: server port: not 1 to 65535");
  BOOST_TEST(error_of("<junction point=\"/pkmsx\" type=\"tcp\">" + std::string(kServer) + "</junction>") ==
             "line 1: mount point \"/pkmsx\": /pkms* belongs to the proxy itself");
  for (const std::string& text :
       {with("", ""), with("ba-mode=\"supply\""), with("transparent=\"true\""),
        with("", std::string(kServer) + kServer.data()), with("stateful=\"yes\""),
        with("", "<other/>" + std::string(kServer)), std::string("<junction/>"), std::string("")}) {
    BOOST_TEST(!error_of(text).empty(), text);
  }
}

// attack case G5
BOOST_AUTO_TEST_CASE(G5_a_file_cannot_reach_out_or_grow) {
  BOOST_TEST(!read("<!DOCTYPE junction [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + with("description=\"&x;\"")));
  BOOST_TEST(!read("<!DOCTYPE junction SYSTEM \"http://evil.example/x.dtd\">" + with("")));
  BOOST_TEST(
      !parse_junction(with("description=\"" + std::string(2000, 'x') + "\""), xml::XmlLimits{.max_bytes = 1000}));
}

// attack case G6
BOOST_AUTO_TEST_CASE(G6_a_point_is_one_file_in_its_directory) {
  const std::pair<const char*, const char*> names[] = {{"/", "%2F.xml"},
                                                       {"/app", "%2Fapp.xml"},
                                                       {"/app/one", "%2Fapp%2Fone.xml"},
                                                       {"/..a", "%2F..a.xml"},
                                                       {"/caf\xc3\xa9", "%2Fcaf%C3%A9.xml"},
                                                       {"/A", "%2FA.xml"},
                                                       {"/@shop", "%2F%40shop.xml"}};
  for (const auto& [point, file] : names) {
    BOOST_TEST(file_name_of(sample_standard(point)) == file);
    BOOST_TEST(name_of_file(file).value_or("?") == point);
  }
  BOOST_TEST(file_name_of(sample_virtual_host("shop", "x")) == "@shop.xml");
  BOOST_TEST(name_of_file("@shop.xml").value() == "shop");
  for (const char* file : {"", ".xml", "app.xml", "/app.xml", "%2Fapp", "%2fapp.xml", "%2F%61pp.xml", "..%2Fapp.xml",
                           "%2F..%2Fetc.xml", "@..xml", "@../x.xml", "@.xml", "%2Fapp%2.xml", "%2Fapp%.xml",
                           "%2Fa%00.xml", "%2Fapp.xml.bak", "%2Fpkmsx.xml", "%2Fapp%2F.xml"}) {
    BOOST_TEST(!name_of_file(file), file);
  }
  BOOST_TEST(validate_point("/" + std::string(240, 'a')).has_value());
  BOOST_TEST(file_name_of(sample_standard("/" + std::string(247, 'a'))).size() <= 255u);
  BOOST_TEST(!validate_point("/" + std::string(248, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(B5_a_file_allows_no_other_trailers_than_a_command_does) {
  BOOST_TEST(error_of(with("trailers=\"x-sum x-b\"")).empty());
  for (const char* const names : {"iv-user", "x-sum  x-b", "x-sum x-SUM", "host"}) {
    BOOST_TEST(error_of(with("trailers=\"" + std::string(names) + "\"")).find("trailer ") != std::string::npos, names);
  }
}

BOOST_AUTO_TEST_SUITE_END()
