#include "xml/element.hpp"

namespace sallyport::xml {
namespace {

void add_escaped(std::string& out, std::string_view text, bool in_attribute) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#13;";
        break;  // a parser would make a line feed of it
      case '"':
        out += in_attribute ? "&quot;" : "\"";
        break;
      // A parser would make blanks of these in an attribute.
      case '\t':
        out += in_attribute ? "&#9;" : "\t";
        break;
      case '\n':
        out += in_attribute ? "&#10;" : "\n";
        break;
      default:
        out += c;
    }
  }
}

void add_element(std::string& out, const XmlElement& element, std::size_t depth) {
  const std::string indent(2 * depth, ' ');
  out += indent + "<" + element.name;
  for (const auto& [name, value] : element.attributes) {
    out += " " + name + "=\"";
    add_escaped(out, value, true);
    out += '"';
  }
  if (element.text.empty() && element.children.empty()) {
    out += "/>\n";
    return;
  }
  out += '>';
  add_escaped(out, element.text, false);
  if (!element.children.empty()) {
    out += '\n';
    for (const auto& child : element.children) add_element(out, child, depth + 1);
    out += indent;
  }
  out += "</" + element.name + ">\n";
}

}  // namespace

std::string render(const XmlElement& root) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  add_element(out, root, 0);
  return out;
}

}  // namespace sallyport::xml
