#include "junction/options.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::junction;

namespace {

std::vector<std::string> words(std::initializer_list<const char*> list) {
  return {list.begin(), list.end()};
}

std::string create_error(std::initializer_list<const char*> list) {
  const auto result = parse_create(words(list));
  return result ? "" : result.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(junction_options)

BOOST_AUTO_TEST_CASE(the_shortest_create) {
  const auto request = parse_create(words({"-t", "tcp", "-h", "Backend.Example", "/app"})).value();
  BOOST_TEST((request.junction.kind == Kind::standard));
  BOOST_TEST((request.junction.type == Type::tcp));
  BOOST_TEST(request.junction.point == "/app");
  BOOST_TEST(request.junction.servers.size() == 1u);
  BOOST_TEST(request.junction.servers[0].host == "backend.example");
  BOOST_TEST(request.junction.servers[0].port == 80);
  BOOST_TEST(request.junction.servers[0].uuid == "");
  BOOST_TEST(!request.force);
  BOOST_TEST(!request.junction.identity.any());
  BOOST_TEST((request.junction.basic_auth == BasicAuth::filter));
}

BOOST_AUTO_TEST_CASE(all_options_of_create) {
  const auto request = parse_create(words({"/app",
                                           "-t",
                                           "ssl",
                                           "-h",
                                           "[::1]",
                                           "-p",
                                           "8443",
                                           "-v",
                                           "App.example:8080",
                                           "-D",
                                           "CN=app",
                                           "-u",
                                           "ABCDEF00-0000-4000-8000-000000000001",
                                           "-y",
                                           "3",
                                           "-b",
                                           "ignore",
                                           "-c",
                                           "iv_user,iv-user-l",
                                           "-e",
                                           "utf8_uri",
                                           "-E",
                                           "the app",
                                           "-f",
                                           "-i",
                                           "-k",
                                           "-K",
                                           "proxy.pem",
                                           "-n",
                                           "-r",
                                           "-x",
                                           "--ca-file",
                                           "/etc/ca.pem"}))
                           .value();
  const Junction& junction = request.junction;
  BOOST_TEST((junction.kind == Kind::transparent_path));
  BOOST_TEST((junction.type == Type::ssl));
  const Server& server = junction.servers[0];
  BOOST_TEST(server.host == "::1");
  BOOST_TEST(server.port == 8443);
  BOOST_TEST(server.virtual_host == "app.example:8080");
  BOOST_TEST(server.dn == "CN=app");
  BOOST_TEST(server.uuid == "abcdef00-0000-4000-8000-000000000001");
  BOOST_TEST(server.priority == 3);
  BOOST_TEST((junction.basic_auth == BasicAuth::ignore));
  BOOST_TEST(junction.identity.user);
  BOOST_TEST(junction.identity.dn);
  BOOST_TEST(!junction.identity.groups);
  BOOST_TEST(junction.description == "the app");
  BOOST_TEST(request.force);
  BOOST_TEST(junction.case_insensitive);
  BOOST_TEST(junction.session_cookie);
  BOOST_TEST(junction.client_certificate == "proxy.pem");
  BOOST_TEST(junction.preserve_cookie_names);
  BOOST_TEST(junction.client_address);
  BOOST_TEST(junction.ca_file == "/etc/ca.pem");
  BOOST_TEST(validate(junction).has_value());
}

BOOST_AUTO_TEST_CASE(all_is_user_and_groups) {
  const auto request = parse_create(words({"-t", "tcp", "-h", "b", "-c", "all", "/app"})).value();
  BOOST_TEST(request.junction.identity.user);
  BOOST_TEST(request.junction.identity.groups);
  BOOST_TEST(!request.junction.identity.dn);
}

BOOST_AUTO_TEST_CASE(a_virtual_host_junction_has_a_label_and_a_host) {
  const auto request =
      parse_virtualhost_create(words({"-t", "tcp", "-h", "b", "-p", "8080", "-v", "Shop.example:443", "shop"})).value();
  BOOST_TEST((request.junction.kind == Kind::virtual_host));
  BOOST_TEST(request.junction.label == "shop");
  BOOST_TEST(request.junction.authority == "shop.example");
  BOOST_TEST(request.junction.servers[0].virtual_host == "");
  BOOST_TEST(!parse_virtualhost_create(words({"-t", "tcp", "-h", "b", "shop"})));
  BOOST_TEST(!parse_virtualhost_create(words({"-t", "tcp", "-h", "b", "-v", "s.example", "/shop"})));
  BOOST_TEST(!parse_virtualhost_create(words({"-t", "tcp", "-h", "b", "-v", "s.example", "-x", "shop"})));
}

BOOST_AUTO_TEST_CASE(add_takes_what_belongs_to_a_server) {
  const auto request = parse_add(words({"-h", "b2", "-p", "81", "-y", "1", "-v", "x", "/app"})).value();
  BOOST_TEST(request.name == "/app");
  BOOST_TEST(request.server.host == "b2");
  BOOST_TEST(request.server.port == 81);
  BOOST_TEST(request.server.priority == 1);
  BOOST_TEST(request.server.virtual_host == "x");
  BOOST_TEST(parse_add(words({"-h", "b2", "/app"}))->server.port == 0);
  for (const char* option : {"-t", "-c", "-x", "-f", "-i", "-k"}) {
    const auto refused = parse_add(words({"-h", "b2", option, "tcp", "/app"}));
    BOOST_TEST(!refused, option);
    BOOST_TEST(refused.error().detail.find(option) == 0u, option);
  }
  BOOST_TEST(!parse_virtualhost_add(words({"-h", "b2", "-v", "x", "shop"})));
  BOOST_TEST(parse_virtualhost_add(words({"-h", "b2", "shop"}))->name == "shop");
}

BOOST_AUTO_TEST_CASE(errors_say_which_argument_and_why) {
  BOOST_TEST(create_error({"-h", "b", "/app"}) == "-t TYPE is missing: tcp or ssl");
  BOOST_TEST(create_error({"-t", "tcp", "/app"}) == "-h HOST is missing");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b"}) == "the mount point is missing");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "/a", "/b"}) == "more than one junction name: \"/a\" and \"/b\"");
  BOOST_TEST(create_error({"-t", "udp", "-h", "b", "/a"}) == "-t \"udp\": the types are tcp and ssl");
  BOOST_TEST(create_error({"-t", "mutual", "-h", "b", "/a"}) == "-t mutual is not supported: use tcp or ssl");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "-p", "0", "/a"}) == "-p \"0\": not a number from 1 to 65535");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "-p", "1x", "/a"}) == "-p \"1x\": not a number from 1 to 65535");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "a b", "/a"}) == "-h \"a b\": neither a DNS name nor an address");
  BOOST_TEST(create_error({"-t", "tcp", "-t", "ssl", "-h", "b", "/a"}) == "-t is given twice");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "/a", "-p"}) == "-p needs a value");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "--wrong", "/a"}) == "unknown option \"--wrong\"");
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "-b", "gso", "/a"}).starts_with("-b gso is not supported"));
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "-b", "supply", "/a"}).starts_with("-b supply is not supported"));
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "-s", "/a"}).starts_with("-s is not supported"));
  BOOST_TEST(
      create_error({"-t", "tcp", "-h", "b", "-c", "iv_creds", "/a"}).starts_with("-c iv_creds is not supported"));
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "-c", "iv_user, iv_groups", "/a"}).starts_with("-c \" iv_groups\""));
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "-e", "lcp_bin", "/a"}).starts_with("-e \"lcp_bin\""));
}

// attack case G6
BOOST_AUTO_TEST_CASE(G6_new_lines_are_refused_and_not_repeated_in_the_error) {
  for (const char* option : {"-E", "-D", "-K", "--ca-file", "-h", "-v", "-u", "-c"}) {
    const std::string error = create_error({"-t", "ssl", "-h", "b", option, "a\nb", "/a"});
    BOOST_TEST(!error.empty(), option);
    BOOST_TEST(error.find('\n') == std::string::npos, option);
  }
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "/a\n[stanza]"}).find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(two_dashes_end_the_options) {
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "--", "-x"}).find("must begin with /") != std::string::npos);
  BOOST_TEST(create_error({"-t", "tcp", "-h", "b", "--", "/x"}) == "");
}

BOOST_AUTO_TEST_CASE(http_2_and_trailers_belong_to_the_junction) {
  const auto request =
      parse_create(words({"-t", "tcp", "-h", "a", "--http2", "--trailers", "grpc-status,Grpc-Message", "/app"})).value();
  BOOST_TEST(request.junction.http_2);
  BOOST_TEST(request.junction.trailers == (std::vector<std::string>{"grpc-status", "Grpc-Message"}),
             boost::test_tools::per_element());
  BOOST_TEST(!parse_add(words({"-h", "a", "--http2", "/app"})).has_value());
}

BOOST_AUTO_TEST_CASE(B5_names_that_no_trailer_may_have_are_refused) {
  for (const char* const names : {"iv-user", "Iv_User", "am-eai-user-id", "content-length", "x-a,host", "x-a,,x-b", "",
                                  "x-a,X-A", "set-cookie", "te"}) {
    const std::string error = create_error({"-t", "tcp", "-h", "a", "--trailers", names, "/app"});
    BOOST_TEST(error.starts_with("--trailers: "), names);
  }
}

BOOST_AUTO_TEST_SUITE_END()
