// xml: the only room that knows libxml2. Text in, a small tree of values out, and back. Owns nothing; may not open a
// file or a socket, whatever a document asks for, and may not know what the elements mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sallyport::xml {

// An element without namespace. White space between children is not kept, comments and processing instructions are
// not either; an element with children has text only if the document mixed both.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;  // in the order of the document
  std::string text;
  std::vector<XmlElement> children;
  std::uint32_t line = 0;  // where the start tag ends; 0 for an element that was not parsed

  // nullptr if there is none.
  const std::string* attribute(std::string_view attribute_name) const;
};

struct XmlLimits {
  std::size_t max_bytes = 16 * 1024 * 1024;
  std::size_t max_depth = 32;
  std::size_t max_elements = 200000;
};

// The root of a well-formed UTF-8 document. Refused, so that a document can neither grow nor reach out: a DOCTYPE
// (and with it every entity but the five predefined ones and every external reference), namespaces (and with them
// XInclude), and what goes beyond the limits. Errors: malformed, too_large, unsupported; the detail begins with
// "line 12: " unless the document as a whole is at fault.
Result<XmlElement> parse(std::string_view text, const XmlLimits& limits = {});

// Checks a document that parse() takes against an XML schema (XSD 1.0). Errors: those of parse(), and malformed with
// what the schema does not allow and its lines; internal if the schema itself is wrong.
Result<void> validate(std::string_view text, std::string_view schema_text, const XmlLimits& limits = {});

// The document, with two blanks of indentation for each level and one attribute order: the same tree always gives the
// same bytes, and parse() gives the same tree back. Names have to be XML names; texts have to be is_xml_text().
std::string render(const XmlElement& root);

// True for what can stand in a document at all: UTF-8 whose only control characters are tab, line feed and carriage
// return.
bool is_xml_text(std::string_view text);

// The text of a schema that was built in, by its file name without ".xsd"; empty if there is none of that name.
std::string_view schema(std::string_view name);

}  // namespace sallyport::xml
