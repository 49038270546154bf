#include <boost/test/unit_test.hpp>

#include "xml/element.hpp"

using namespace sallyport;
using namespace sallyport::xml;

namespace {

std::string error_of(std::string_view text, const XmlLimits& limits = {}) {
  const auto parsed = parse(text, limits);
  return parsed ? "no error" : parsed.error().to_string();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xml_parse)

BOOST_AUTO_TEST_CASE(a_document_becomes_a_tree_with_lines) {
  const auto root = parse(
      "<?xml version=\"1.0\"?>\n"
      "<!-- a comment -->\n"
      "<a x='1' y=\"&lt;&amp;&quot;&#65;\">\n"
      "  <b/>\n"
      "  <c>text &amp; <![CDATA[<more>]]></c>\n"
      "  <b> </b>\n"
      "</a>\n");
  BOOST_REQUIRE(root.has_value());
  BOOST_TEST(root->name == "a");
  BOOST_TEST(root->line == 3u);
  BOOST_REQUIRE(root->attributes.size() == 2u);
  BOOST_TEST(root->attributes[0].first == "x");
  BOOST_TEST(*root->attribute("y") == "<&\"A");
  BOOST_TEST(root->attribute("z") == nullptr);
  BOOST_TEST(root->text.empty());
  BOOST_REQUIRE(root->children.size() == 3u);
  BOOST_TEST(root->children[0].line == 4u);
  BOOST_TEST(root->children[1].text == "text & <more>");
  BOOST_TEST(root->children[2].text == " ");
}

BOOST_AUTO_TEST_CASE(text_between_children_is_not_lost) {
  BOOST_TEST(parse("<a>x<b/>y</a>")->text == "xy");
}

BOOST_AUTO_TEST_CASE(G5_entity_bombs_are_refused) {
  BOOST_TEST(error_of("<?xml version=\"1.0\"?>\n"
                      "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">"
                      "<!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;\">]>\n"
                      "<lolz>&lol3;</lolz>") == "unsupported: line 2: a DOCTYPE is not allowed");
  BOOST_TEST(error_of("<a>&lol;</a>").starts_with("malformed: line 1: "));
  BOOST_TEST(error_of("<a b='&lol;'/>").starts_with("malformed: line 1: "));
}

BOOST_AUTO_TEST_CASE(G5_external_entities_are_refused) {
  BOOST_TEST(error_of("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>") ==
             "unsupported: line 1: a DOCTYPE is not allowed");
  BOOST_TEST(error_of("<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://127.0.0.1:9/x\"> %x;]><a/>") ==
             "unsupported: line 1: a DOCTYPE is not allowed");
}

BOOST_AUTO_TEST_CASE(G5_external_dtds_are_refused) {
  BOOST_TEST(error_of("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>") ==
             "unsupported: line 1: a DOCTYPE is not allowed");
  BOOST_TEST(error_of("<!DOCTYPE a PUBLIC \"-//X\" \"http://127.0.0.1:9/x\"><a/>") ==
             "unsupported: line 1: a DOCTYPE is not allowed");
}

BOOST_AUTO_TEST_CASE(G5_xinclude_is_refused) {
  BOOST_TEST(error_of("<a xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"/etc/passwd\"/></a>") ==
             "unsupported: line 1: namespaces are not allowed");
  BOOST_TEST(error_of("<a xml:base='/etc'/>") == "unsupported: line 1: namespaces are not allowed");
}

BOOST_AUTO_TEST_CASE(G5_size_depth_and_count_are_limited) {
  const XmlLimits limits{.max_bytes = 100, .max_depth = 3, .max_elements = 5};
  BOOST_TEST(error_of("<a>" + std::string(100, 'x') + "</a>", limits) == "too-large: more than 100 bytes");
  BOOST_TEST(error_of("<a><b><c/></b></a>", limits) == "no error");
  BOOST_TEST(error_of("<a><b><c><d/></c></b></a>", limits) == "too-large: line 1: elements are nested deeper than 3");
  BOOST_TEST(error_of("<a><b/><b/><b/><b/></a>", limits) == "no error");
  BOOST_TEST(error_of("<a><b/><b/>\n<b/><b/><b/></a>", limits) == "too-large: line 2: more than 5 elements");
}

BOOST_AUTO_TEST_CASE(what_is_not_well_formed_is_refused_with_its_line) {
  BOOST_TEST(error_of("<a>\n<b>\n</a>").starts_with("malformed: line 3: "));
  BOOST_TEST(error_of("").starts_with("malformed: "));
  BOOST_TEST(error_of("text").starts_with("malformed: "));
  BOOST_TEST(error_of("<a/><b/>").starts_with("malformed: "));
  BOOST_TEST(error_of("<a b='1' b='2'/>").starts_with("malformed: "));
  BOOST_TEST(error_of("<a>\x01</a>").starts_with("malformed: "));
  BOOST_TEST(error_of(std::string_view("<a>\0</a>", 8)).starts_with("malformed: "));
  BOOST_TEST(error_of("<a>\xff</a>") == "malformed: not UTF-8");
  BOOST_TEST(error_of("<a>").starts_with("malformed: "));
}

BOOST_AUTO_TEST_CASE(a_declared_encoding_does_not_change_what_the_bytes_mean) {
  const auto root = parse("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xc3\xa9</a>");
  BOOST_REQUIRE(root.has_value());
  BOOST_TEST(root->text == "\xc3\xa9");
}

BOOST_AUTO_TEST_CASE(text_of_xml_has_few_control_characters) {
  BOOST_TEST(is_xml_text("a\tb\r\n\xc3\xa9"));
  BOOST_TEST(!is_xml_text("a\x01"));
  BOOST_TEST(!is_xml_text("\xff"));
  BOOST_TEST(!is_xml_text("\xef\xbf\xbf"));
}

BOOST_AUTO_TEST_SUITE_END()
