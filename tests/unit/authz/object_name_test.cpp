#include "authz/object_name.hpp"

#include "authz/support.hpp"

using namespace sallyport;
using namespace sallyport::authz;
using namespace sallyport::authz::test;

namespace {

std::vector<std::string> segments_of(std::string_view text) {
  const auto name = object(text);
  std::vector<std::string> out;
  for (Segments segments(name); !segments.at_end();) out.emplace_back(segments.next());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authz_object_name)

BOOST_AUTO_TEST_CASE(names_are_paths_in_their_one_form) {
  for (const std::string_view good : {"/", "/a", "/WebSEAL/www.example.com-default/app/with blank/%41;x", "/é"}) {
    BOOST_TEST(ObjectName::parse(good).has_value(), good);
    BOOST_TEST(ObjectName::parse(good)->text() == good);
  }
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("a"), std::string_view("//"), std::string_view("/a/"),
        std::string_view("/a//b"), std::string_view("/./a"), std::string_view("/a/.."), std::string_view("/a\nb"),
        std::string_view("/a\0b", 4), std::string_view("/\xff")}) {
    BOOST_TEST(!ObjectName::parse(bad), bad);
  }
  BOOST_TEST(!ObjectName::parse("/" + std::string(ObjectName::kMaxLength, 'a')));
  BOOST_TEST(error_of(ObjectName::parse("/a//b")) ==
             "malformed: '/a//b' is no object name: it has an empty segment, or a / at its end");
}

BOOST_AUTO_TEST_CASE(a_server_has_its_object) {
  BOOST_TEST(ObjectName::of_server("www.example.com", "default")->text() == "/WebSEAL/www.example.com-default");
  BOOST_TEST(!ObjectName::of_server("", "default"));
  BOOST_TEST(!ObjectName::of_server("a/b", "default"));
  BOOST_TEST(!ObjectName::of_server("a", "x/../.."));
}

BOOST_AUTO_TEST_CASE(segments_come_one_by_one) {
  BOOST_TEST(segments_of("/").empty());
  BOOST_TEST((segments_of("/a") == std::vector<std::string>{"a"}));
  BOOST_TEST((segments_of("/a/bc/d") == std::vector<std::string>{"a", "bc", "d"}));
}

BOOST_AUTO_TEST_CASE(containers_are_found_by_whole_segments) {
  BOOST_TEST(object("/a/b").is_at_or_below(object("/a")));
  BOOST_TEST(object("/a").is_at_or_below(object("/a")));
  BOOST_TEST(object("/a").is_at_or_below(object("/")));
  BOOST_TEST(!object("/ab").is_at_or_below(object("/a")));
  BOOST_TEST(!object("/a").is_at_or_below(object("/a/b")));
  BOOST_TEST(object("/a/b").parent().text() == "/a");
  BOOST_TEST(object("/a").parent().text() == "/");
  BOOST_TEST(object("/").parent().text() == "/");
}

BOOST_AUTO_TEST_SUITE_END()
