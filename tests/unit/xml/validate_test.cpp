#include <boost/test/unit_test.hpp>

#include "xml/element.hpp"

using namespace sallyport;
using namespace sallyport::xml;

namespace {

constexpr std::string_view kSchema = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="list"><xs:complexType><xs:sequence>
    <xs:element name="item" maxOccurs="unbounded"><xs:complexType>
      <xs:attribute name="size" type="xs:unsignedByte" use="required"/>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>)";

std::string error_of(std::string_view text, std::string_view schema_text = kSchema) {
  const auto valid = validate(text, schema_text);
  return valid ? "no error" : valid.error().to_string();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xml_validate)

BOOST_AUTO_TEST_CASE(what_the_schema_allows_is_valid) {
  BOOST_TEST(error_of("<list><item size='3'/><item size='255'/></list>") == "no error");
}

BOOST_AUTO_TEST_CASE(what_it_does_not_allow_is_named_with_its_line) {
  const auto error = error_of("<list>\n<item size='3'/>\n<item size='256'/>\n<thing/>\n</list>");
  BOOST_TEST(error.starts_with("malformed: line 3: Element 'item', attribute 'size': "), error);
  BOOST_TEST(error.find("; line 4: Element 'thing': This element is not expected") != std::string::npos, error);
  BOOST_TEST(error.find('\n') == std::string::npos);
  BOOST_TEST(error_of("<list><item size='1' colour='red'/></list>").find("colour") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_errors_are_counted_not_printed) {
  std::string text = "<list>";
  for (int i = 0; i < 100; ++i) text += "<item/>";
  BOOST_TEST(error_of(text + "</list>").ends_with("; and 95 more"));
}

BOOST_AUTO_TEST_CASE(G5_nothing_is_validated_that_is_not_parsed) {
  BOOST_TEST(error_of("<!DOCTYPE list><list><item size='3'/></list>") ==
             "unsupported: line 1: a DOCTYPE is not allowed");
}

BOOST_AUTO_TEST_CASE(a_wrong_schema_is_our_own_fault) {
  BOOST_TEST(error_of("<list/>", "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:nonsense/></xs:schema>")
                 .starts_with("internal: the schema is wrong: "));
}

BOOST_AUTO_TEST_CASE(schemas_are_built_in) {
  BOOST_TEST(schema("policy").find("<xs:schema") != std::string_view::npos);
  BOOST_TEST(schema("no-such").empty());
  BOOST_TEST(error_of("<policy version='1'/>", schema("policy")) == "no error");
}

BOOST_AUTO_TEST_SUITE_END()
