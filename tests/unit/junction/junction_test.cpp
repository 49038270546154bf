#include "junction/junction.hpp"

#include <boost/test/unit_test.hpp>

#include "junction/sample.hpp"

using namespace sallyport;
using namespace sallyport::junction;

BOOST_AUTO_TEST_SUITE(junction_junction)

BOOST_AUTO_TEST_CASE(a_mount_point_is_a_canonical_path) {
  for (const char* point : {"/", "/app", "/app/one", "/caf\xc3\xa9", "/a b", "/..a"}) {
    BOOST_TEST(validate_point(point).has_value(), point);
  }
  for (const char* point : {"", "app", "/app/", "//", "/a//b", "/.", "/a/..", "/a/../b", "/a;x", "/a%20b", "/a?b",
                            "/a\\b", "/a#b", "/a\nb", "/\xff", "/a\"b"}) {
    const auto result = validate_point(point);
    BOOST_TEST(!result.has_value(), point);
    BOOST_TEST((result.error().code == Errc::bad_config));
    BOOST_TEST(result.error().detail.find('\n') == std::string::npos);
  }
  BOOST_TEST(!validate_point(std::string("/a\0b", 4)).has_value());
  BOOST_TEST(!validate_point("/" + std::string(1024, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_mounted_on_the_paths_of_the_proxy) {
  for (const char* point : {"/pkms", "/pkmslogout", "/PKMSlogin.form", "/pkms/x"}) {
    BOOST_TEST(!validate_point(point).has_value(), point);
  }
  BOOST_TEST(validate_point("/app/pkms").has_value());
}

BOOST_AUTO_TEST_CASE(hosts_are_names_or_whole_addresses) {
  for (const char* host :
       {"a", "app.example", "xn--caf-dma.example", "10.0.0.1", "::1", "2001:db8::1", "a_b.example"}) {
    BOOST_TEST(is_host(host), host);
  }
  for (const char* host :
       {"", ".", "a..b", "-a", "a-", "a b", "a/b", "a:80", "10.1", "1", "127.1.", "0x7f.0x1", "a@b", "[::1]", "a\n"}) {
    BOOST_TEST(!is_host(host), host);
  }
}

BOOST_AUTO_TEST_CASE(authorities_have_one_spelling) {
  BOOST_TEST(normalised_authority("App.Example").value() == "app.example");
  BOOST_TEST(normalised_authority("app.example:443").value() == "app.example");
  BOOST_TEST(normalised_authority("app.example:08443").value() == "app.example:8443");
  BOOST_TEST(normalised_authority("[2001:DB8:0::1]:8443").value() == "[2001:db8::1]:8443");
  for (const char* text :
       {"", ":80", "a:", "a:0", "a:65536", "a:x", "::1", "[::1", "[::1]x", "[::1]:", "[10.0.0.1]", "u@a", "a/b"}) {
    BOOST_TEST(!normalised_authority(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(uuids_are_made_from_random_bytes) {
  const std::string uuid = uuid_from(std::string(16, '\xff'));
  BOOST_TEST(uuid == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  BOOST_TEST(is_uuid(uuid));
  BOOST_TEST(!is_uuid("FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF"));
  BOOST_TEST(!is_uuid("ffffffff-ffff-4fff-bfff-fffffffffff"));
  BOOST_TEST(!is_uuid("ffffffffaffffa4fffabfffaffffffffffff"));
}

BOOST_AUTO_TEST_CASE(the_default_port_is_not_part_of_the_host_field) {
  Server server = sample_server();
  BOOST_TEST(authority_of(server, Type::tcp) == "backend.example");
  BOOST_TEST(authority_of(server, Type::ssl) == "backend.example:80");
  server.host = "::1";
  BOOST_TEST(authority_of(server, Type::tcp) == "[::1]");
  server.virtual_host = "intranet";
  BOOST_TEST(authority_of(server, Type::tcp) == "intranet");
}

BOOST_AUTO_TEST_CASE(a_junction_is_checked_as_a_whole) {
  const auto refused = [](auto change) {
    Junction junction = sample_standard("/app");
    change(junction);
    return !validate(junction).has_value();
  };
  BOOST_TEST(validate(sample_standard("/app")).has_value());
  BOOST_TEST(validate(sample_transparent("/app")).has_value());
  BOOST_TEST(validate(sample_virtual_host("shop", "shop.example")).has_value());
  BOOST_TEST(refused([](Junction& j) { j.servers.clear(); }));
  BOOST_TEST(refused([](Junction& j) { j.servers.push_back(j.servers[0]); }));
  BOOST_TEST(refused([](Junction& j) { j.servers[0].port = 0; }));
  BOOST_TEST(refused([](Junction& j) { j.servers[0].host = "Backend"; }));
  BOOST_TEST(refused([](Junction& j) { j.servers[0].uuid = ""; }));
  BOOST_TEST(refused([](Junction& j) { j.servers[0].priority = 10; }));
  BOOST_TEST(refused([](Junction& j) { j.servers[0].dn = "CN=x"; }));
  BOOST_TEST(refused([](Junction& j) { j.servers[0].virtual_host = "a b"; }));
  BOOST_TEST(refused([](Junction& j) { j.label = "x"; }));
  BOOST_TEST(refused([](Junction& j) { j.ca_file = "/ca.pem"; }));
  BOOST_TEST(refused([](Junction& j) { j.description = "two\nlines"; }));
  BOOST_TEST(!validate(sample_virtual_host("shop", "Shop.example")).has_value());
  BOOST_TEST(!validate(sample_virtual_host("", "shop.example")).has_value());
  BOOST_TEST(!validate(sample_virtual_host("../x", "shop.example")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
