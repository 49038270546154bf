#include "junction/show.hpp"

#include <boost/test/unit_test.hpp>

#include "junction/sample.hpp"

using namespace sallyport;
using namespace sallyport::junction;

BOOST_AUTO_TEST_SUITE(junction_show)

BOOST_AUTO_TEST_CASE(show_has_the_labels_that_scripts_read) {
  Junction junction = sample_standard("/app");
  junction.identity = IdentityHeaders{true, false, true};
  junction.servers.push_back(sample_server(2));
  junction.servers[1].state = OperationalState::throttled;
  junction.servers[1].virtual_host = "intranet";
  const ServerActivity activity[] = {{junction.servers[0].uuid, RunState::running, 2, 17}};
  BOOST_TEST(render_show(junction, activity) == R"(    Junction point: /app
    Type: TCP
    Junction hard limit: 0 - using global value
    Junction soft limit: 0 - using global value
    Active worker threads: 2
    Basic authentication mode: filter
    Forms based SSO: disabled
    TFIM junction SSO: no
    Authentication HTTP header: insert - iv_user iv_groups
    Remote Address HTTP header: do not insert
    Stateful junction: no
    Boolean Rule Header: no
    Scripting support: no
    Preserve cookie names: no
    Cookie names include path: no
    Transparent Path junction: no
    Delegation support: no
    Mutually authenticated: no
    Insert WebSphere LTPA cookies: no
    Insert WebSEAL session cookies: no
    Request Encoding: UTF-8, URI Encoded
    Server 1:
        ID: 00000000-0000-4000-8000-000000000001
        Server State: running
        Operational State: Online
        Hostname: backend.example
        Port: 80
        Virtual hostname: backend.example:80
        Server DN:
        local IP address:
        Query_contents URL: /cgi-bin/query_contents
        Query-contents: unknown
        Case insensitive URLs: no
        Allow Windows-style URLs: yes
        Current requests : 2
        Total requests : 17
        Priority: 9
    Server 2:
        ID: 00000000-0000-4000-8000-000000000002
        Server State: unknown
        Operational State: Throttled
        Hostname: backend.example
        Port: 80
        Virtual hostname: intranet
        Server DN:
        local IP address:
        Query_contents URL: /cgi-bin/query_contents
        Query-contents: unknown
        Case insensitive URLs: no
        Allow Windows-style URLs: yes
        Current requests : 0
        Total requests : 0
        Priority: 9
)");
}

BOOST_AUTO_TEST_CASE(a_virtual_host_junction_begins_with_its_label) {
  const std::string text = render_show(sample_virtual_host("shop", "shop.example"), {});
  BOOST_TEST(text.starts_with("    Virtual Host Junction label: shop\n    Type: TCP\n"));
  BOOST_TEST(text.find("        Virtual hostname: shop.example\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(options_show) {
  Junction junction = sample_transparent("/app");
  junction.type = Type::ssl;
  junction.basic_auth = BasicAuth::ignore;
  junction.client_address = junction.session_cookie = junction.case_insensitive = junction.preserve_cookie_names = true;
  junction.client_certificate = "/me.pem";
  junction.description = "x";
  const std::string text = render_show(junction, {});
  for (const char* line :
       {"Type: SSL", "Basic authentication mode: ignore", "Authentication HTTP header: do not insert",
        "Remote Address HTTP header: insert", "Preserve cookie names: yes", "Transparent Path junction: yes",
        "Mutually authenticated: yes", "Insert WebSEAL session cookies: yes", "Case insensitive URLs: yes",
        "Allow Windows-style URLs: no", "Client certificate: /me.pem", "Description: x"}) {
    BOOST_TEST(text.find(std::string(" ") + line + "\n") != std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(lists_are_sorted_names) {
  const Junction junctions[] = {sample_standard("/b"), sample_virtual_host("v", "v.example"), sample_standard("/"),
                                sample_transparent("/a")};
  BOOST_TEST(render_list(junctions, false) == "/\n/a\n/b\n");
  BOOST_TEST(render_list(junctions, true) == "v\n");
}

BOOST_AUTO_TEST_CASE(http_2_and_trailers_are_shown_where_they_are) {
  Junction junction = sample_standard("/app");
  BOOST_TEST(render_show(junction, {}).find("HTTP/2") == std::string::npos);
  junction.http_2 = true;
  junction.trailers = {"grpc-status", "grpc-message"};
  const std::string shown = render_show(junction, {});
  BOOST_TEST(shown.find("    HTTP/2: yes\n    Trailers: grpc-status, grpc-message\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
