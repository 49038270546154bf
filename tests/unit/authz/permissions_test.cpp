#include "authz/permissions.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::authz;

BOOST_AUTO_TEST_SUITE(authz_permissions)

BOOST_AUTO_TEST_CASE(letters_are_written_in_one_order) {
  BOOST_TEST(PermissionSet::parse("lxrRBavsbdmcT")->to_string() == "TcmdbsvaBRrxl");
  BOOST_TEST(PermissionSet::parse("TcgmdbsvatBRrxlNWA")->to_string() == "TcgmdbsvatBRrxlNWA");
  BOOST_TEST(PermissionSet::parse("rrr")->to_string() == "r");
  BOOST_TEST(PermissionSet::parse("")->empty());
}

BOOST_AUTO_TEST_CASE(a_letter_that_is_none_is_an_error) {
  for (const std::string_view bad : {"q", "Tr,x", "T r", "[primary]r", "-"}) BOOST_TEST(!PermissionSet::parse(bad));
  BOOST_TEST(PermissionSet::parse("Tq").error().detail == "'q' in 'Tq' is no permission; there are TcgmdbsvatBRrxlNWA");
}

BOOST_AUTO_TEST_CASE(sets_are_compared_letter_by_letter) {
  const auto tr = PermissionSet::of("Tr");
  BOOST_TEST(tr.contains(PermissionSet::of("r")));
  BOOST_TEST(tr.contains(PermissionSet()));
  BOOST_TEST(!tr.contains(PermissionSet::of("rx")));
  BOOST_TEST((tr | PermissionSet::of("x")).to_string() == "Trx");
  BOOST_TEST((tr & PermissionSet::of("rx")).to_string() == "r");
  BOOST_TEST((tr - PermissionSet::of("rx")).to_string() == "T");
}

BOOST_AUTO_TEST_CASE(methods_need_r_but_for_put_and_delete) {
  const auto map = MethodMap::standard();
  for (const std::string_view method : {"GET", "HEAD", "POST", "OPTIONS", "PATCH", "TRACE"}) {
    BOOST_TEST(map.needed(method).value().to_string() == "r");
  }
  BOOST_TEST(map.needed("PUT").value().to_string() == "m");
  BOOST_TEST(map.needed("DELETE").value().to_string() == "d");
}

BOOST_AUTO_TEST_CASE(A13_a_method_in_no_standard_has_to_be_named) {
  const auto map = MethodMap::standard();
  for (const std::string_view method : {"get", "Get", "PROPFIND", "CONNECT", "", "GET ", "<default>", "JEFF"}) {
    BOOST_TEST(!map.needed(method), method);
  }
  const auto named = MethodMap::make({{"PROPFIND", "lr"}, {"<default>", "x"}, {"POST", "m"}}).value();
  BOOST_TEST(named.needed("PROPFIND").value().to_string() == "rl");
  BOOST_TEST(named.needed("POST").value().to_string() == "m");
  BOOST_TEST(named.needed("GET").value().to_string() == "x");
  BOOST_TEST(named.needed("PUT").value().to_string() == "x");  // nothing of the standard map is left
  BOOST_TEST(!named.needed("PROPPATCH"));
  BOOST_TEST(!named.needed("propfind"));
}

BOOST_AUTO_TEST_CASE(a_configured_map_is_checked) {
  BOOST_TEST(MethodMap::make({})->needed("PUT").value().to_string() == "m");
  BOOST_TEST(MethodMap::make({{"GET", "r"}}).error().to_string() == "bad-config: there is no line for <default>");
  BOOST_TEST(MethodMap::make({{"GET", ""}, {"<default>", "r"}}).error().detail ==
             "GET: a method needs at least one permission");
  BOOST_TEST(!MethodMap::make({{"<default>", ""}}));
  BOOST_TEST(!MethodMap::make({{"GET", "q"}, {"<default>", "r"}}));
  BOOST_TEST(MethodMap::make({{"GET", "r"}, {"<default>", "r"}, {"GET", "x"}}).error().detail == "GET is there twice");
  BOOST_TEST(MethodMap::make({{"<default>", "r"}, {"<default>", "r"}}).error().detail == "<default> is there twice");
}

BOOST_AUTO_TEST_SUITE_END()
