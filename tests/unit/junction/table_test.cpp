#include "junction/table.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "junction/sample.hpp"
#include "junction/upstream_path.hpp"

using namespace sallyport;
using namespace sallyport::junction;

namespace {

Result<http::CanonicalTarget> canonical(std::string target, std::string host = "www.example") {
  http::RequestHead head;
  head.method = "GET";
  head.target = std::move(target);
  head.headers.add("Host", host);
  return http::canonicalize(head, http::TargetRules{});
}

JunctionTable table_of(std::vector<Junction> junctions) {
  return JunctionTable::make(std::move(junctions)).value();
}

// "point|upstream target|object", or the error's name.
std::string routed(const JunctionTable& table, std::string target, std::string host = "www.example") {
  const auto parsed = canonical(std::move(target), std::move(host));
  if (!parsed) return "refused";
  const auto route = table.route(*parsed);
  if (!route) return std::string(name_of(route.error().code));
  return route->junction->name() + "|" + route->upstream_target + "|" + route->object_path;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(junction_table)

BOOST_AUTO_TEST_CASE(the_longest_mount_point_wins) {
  const auto table = table_of(
      {sample_standard("/"), sample_standard("/app"), sample_standard("/app/one"), sample_transparent("/kept")});
  BOOST_TEST(routed(table, "/app/one/x?q=1") == "/app/one|/x?q=1|/app/one/x");
  BOOST_TEST(routed(table, "/app/two") == "/app|/two|/app/two");
  BOOST_TEST(routed(table, "/app") == "/app|/|/app");
  BOOST_TEST(routed(table, "/app/") == "/app|/|/app/");
  BOOST_TEST(routed(table, "/apple") == "/|/apple|/apple");
  BOOST_TEST(routed(table, "/") == "/|/|/");
  BOOST_TEST(routed(table, "/kept/x;v=1?") == "/kept|/kept/x;v=1?|/kept/x");
}

// attack case A4
BOOST_AUTO_TEST_CASE(A4_the_junction_is_not_left_by_its_path) {
  const auto table = table_of({sample_standard("/app")});
  BOOST_TEST(routed(table, "/app/../admin") == "not-found");
  BOOST_TEST(routed(table, "/app%2e%2e/admin") == "not-found");
  BOOST_TEST(routed(table, "/app../admin") == "not-found");
  BOOST_TEST(routed(table, "/app..;/admin") == "not-found");
  BOOST_TEST(routed(table, "/app/..;/admin") == "refused");
  BOOST_TEST(routed(table, "/app;x=1/..") == "not-found");
  BOOST_TEST(routed(table, "/app;x=1/../app/y") == "/app|/y|/app/y");
  BOOST_TEST(routed(table, "/app/..%2fadmin") == "refused");
  BOOST_TEST(routed(table, "/App/x") == "not-found");
}

// attack case A10
BOOST_AUTO_TEST_CASE(A10_a_virtual_host_serves_its_own_host_only) {
  const auto table =
      table_of({sample_virtual_host("shop", "shop.example"), sample_virtual_host("odd", "odd.example:8443")});
  BOOST_TEST(routed(table, "/x?q", "Shop.example:443") == "shop|/x?q|/@shop/x");
  BOOST_TEST(routed(table, "/x", "odd.example:8443") == "odd|/x|/@odd/x");
  BOOST_TEST(routed(table, "/x", "odd.example") == "not-found");
  BOOST_TEST(routed(table, "/x", "shop.example:8443") == "not-found");
  BOOST_TEST(routed(table, "/x", "other.example") == "not-found");
  BOOST_TEST(routed(table, "/x", "10.0.0.1") == "not-found");
  const auto mixed = table_of({sample_virtual_host("shop", "shop.example"), sample_standard("/x")});
  BOOST_TEST(routed(mixed, "/x/y", "shop.example") == "shop|/x/y|/@shop/x/y");
  BOOST_TEST(routed(mixed, "/x/y", "www.example") == "/x|/y|/x/y");
}

BOOST_AUTO_TEST_CASE(the_paths_of_the_proxy_are_never_routed) {
  const auto table = table_of({sample_standard("/"), sample_virtual_host("shop", "shop.example")});
  for (const char* path : {"/pkmslogout", "/pkms", "/PKMSlogin.form", "/%70kmslogout", "/x/../pkmshelp", "/pkmsx/y"}) {
    BOOST_TEST(routed(table, path) == "not-found", path);
    BOOST_TEST(routed(table, path, "shop.example") == "not-found", path);
  }
  BOOST_TEST(routed(table, "/x/pkmslogout") == "/|/x/pkmslogout|/x/pkmslogout");
}

// attack case A7
BOOST_AUTO_TEST_CASE(A7_a_case_insensitive_junction_judges_one_spelling) {
  Junction windows = sample_standard("/Win");
  windows.case_insensitive = true;
  Junction shop = sample_virtual_host("shop", "shop.example");
  shop.case_insensitive = true;
  const auto table = table_of({windows, shop});
  BOOST_TEST(routed(table, "/Win/ADMIN/X") == "/Win|/ADMIN/X|/Win/admin/x");
  BOOST_TEST(routed(table, "/Win") == "/Win|/|/Win");
  BOOST_TEST(routed(table, "/win/x") == "not-found");
  BOOST_TEST(routed(table, "/ADMIN", "shop.example") == "shop|/ADMIN|/@shop/admin");
  for (const char* path : {"/Win/admin.", "/Win/admin%20", "/Win/admin::$DATA", "/Win/ADMINI~1", "/Win/%E2%84%AA"}) {
    BOOST_TEST(routed(table, path) == "not-found", path);
  }
}

BOOST_AUTO_TEST_CASE(the_object_is_the_path_below_the_server) {
  const auto server = authz::ObjectName::of_server("www.example", "default").value();
  Junction windows = sample_standard("/Win");
  windows.case_insensitive = true;
  const auto table = table_of({sample_standard("/"), windows, sample_virtual_host("shop", "shop.example")});
  const auto object = [&](std::string path, std::string host = "www.example") {
    const auto target = canonical(std::move(path), std::move(host)).value();
    return object_of(table.route(target).value(), server, target).value().text();
  };
  const std::string base = server.text();
  BOOST_TEST(object("/App/x/;v=1") == base + "/App/x");
  BOOST_TEST(object("/") == base);
  BOOST_TEST(object("/App/x/", "shop.example") == base + "/@shop/App/x");
  BOOST_TEST(object("/", "shop.example") == base + "/@shop");
  BOOST_TEST(object("/Win/%C3%84/B/") == base + "/Win/\xc3\xa4/b");
  BOOST_TEST(object("/Win/") == base + "/Win");
}

BOOST_AUTO_TEST_CASE(names_and_hosts_are_unique) {
  const auto error = [](std::vector<Junction> junctions) {
    return JunctionTable::make(std::move(junctions)).error().detail;
  };
  BOOST_TEST(error({sample_standard("/a"), sample_standard("/a")}) == "junction /a: defined twice");
  BOOST_TEST(error({sample_standard("/a"), sample_transparent("/a")}) == "junction /a: defined twice");
  BOOST_TEST(error({sample_virtual_host("a", "a.example"), sample_virtual_host("b", "a.example")}) ==
             "junction b: its host a.example belongs to junction a already");
  BOOST_TEST(!JunctionTable::make({sample_standard("/pkmsx")}).has_value());
}

BOOST_AUTO_TEST_CASE(junctions_are_found_and_listed_by_name) {
  const auto table = table_of({sample_standard("/b"), sample_virtual_host("v", "v.example"), sample_standard("/a")});
  BOOST_TEST(table.find("/a")->point == "/a");
  BOOST_TEST(table.find("v")->label == "v");
  BOOST_TEST(!table.find("/v"));
  BOOST_TEST(!table.find("a"));
  BOOST_TEST(table.standard().size() == 2u);
  BOOST_TEST(table.standard()[0]->point == "/a");
  BOOST_TEST(table.virtual_hosts()[0]->label == "v");
  BOOST_TEST(JunctionTable().empty());
}

// attack cases A16 and A4
BOOST_AUTO_TEST_CASE(A16_what_is_forwarded_is_what_was_judged) {
  std::mt19937 random(20240612);
  const std::string_view pieces[] = {"/",   "/",    "a",   "b",   "app", "APP",    "..",       ".",
                                     ";",   ";x=1", "%2e", "..;", "%2f", "%c3%a9", "\xc3\xa9", "%20",
                                     "%25", "%3b",  "//",  "?",   "x",   "~1",     "%61",      "one",
                                     ":",   "@",    "%",   "\\",  "#",   "%00",    "pkms"};
  Junction folding = sample_standard("/b");
  folding.case_insensitive = true;
  const auto routes = table_of({sample_standard("/app"), sample_standard("/app/one"), sample_transparent("/a"), folding,
                                sample_standard("/\xc3\xa9"), sample_virtual_host("v", "v.example")});
  int routed_count = 0;
  for (int i = 0; i < 300000; ++i) {
    std::string target = "/";
    for (unsigned n = random() % 9; n > 0; --n) target += pieces[random() % std::size(pieces)];
    const bool is_virtual = i % 5 == 0;
    const auto judged = canonical(target, is_virtual ? "v.example" : "www.example");
    if (!judged) continue;
    const auto route = routes.route(*judged);
    if (!route) continue;
    ++routed_count;
    // The back end reads the forwarded path; it must see what is left of the judged one, and nothing else.
    const auto forwarded = canonical(route->upstream_target);
    BOOST_REQUIRE_MESSAGE(forwarded, target << " -> " << route->upstream_target);
    BOOST_REQUIRE(forwarded->to_string() == route->upstream_target);
    std::string seen = forwarded->path();
    if (route->junction->kind == Kind::standard) {
      BOOST_REQUIRE(covers(route->junction->point, judged->path()));
      seen = route->junction->point + (seen == "/" && judged->path() == route->junction->point ? "" : seen);
    }
    BOOST_REQUIRE_MESSAGE(seen == judged->path(), target << " -> " << route->upstream_target);
    BOOST_REQUIRE(forwarded->query() == judged->query());
    BOOST_REQUIRE(is_virtual == (route->junction->kind == Kind::virtual_host));
  }
  BOOST_TEST(routed_count > 1000);
}

BOOST_AUTO_TEST_SUITE_END()
