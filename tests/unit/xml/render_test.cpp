#include <boost/test/unit_test.hpp>

#include "xml/element.hpp"

using namespace sallyport;
using namespace sallyport::xml;

BOOST_AUTO_TEST_SUITE(xml_render)

BOOST_AUTO_TEST_CASE(a_tree_becomes_indented_text) {
  XmlElement root{.name = "policy", .attributes = {{"version", "1"}}};
  root.children.push_back({.name = "acl", .attributes = {{"name", "a<b"}}, .children = {{.name = "user"}}});
  root.children.push_back({.name = "note", .text = "x > y"});
  BOOST_TEST(render(root) ==
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<policy version=\"1\">\n"
             "  <acl name=\"a&lt;b\">\n"
             "    <user/>\n"
             "  </acl>\n"
             "  <note>x &gt; y</note>\n"
             "</policy>\n");
}

BOOST_AUTO_TEST_CASE(G6_every_text_comes_back_as_it_was) {
  const std::string nasty = " \t\r\n\"'<>&]]>&amp;&#10; é 🐫 <!-- ";
  XmlElement root{.name = "a", .attributes = {{"b", nasty}}, .children = {{.name = "c", .text = nasty}}};
  const auto text = render(root);
  const auto back = parse(text);
  BOOST_REQUIRE_MESSAGE(back.has_value(), text);
  BOOST_TEST(*back->attribute("b") == nasty);
  BOOST_TEST(back->children[0].text == nasty);
  BOOST_TEST(render(*back) == text);
}

BOOST_AUTO_TEST_SUITE_END()
