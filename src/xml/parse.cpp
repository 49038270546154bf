#include <libxml/entities.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>

#include <algorithm>
#include <climits>
#include <optional>

#include "base/text.hpp"
#include "xml/element.hpp"
#include "xml/libxml.hpp"

namespace sallyport::xml {
namespace {

bool is_white_space(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Builds the tree from the parser's events, and stops the parser at the first thing that is not allowed.
class Builder {
 public:
  explicit Builder(const XmlLimits& limits) : limits_(limits) {}

  // Not owned; has to be set before the first event.
  void attach(xmlParserCtxt* parser) { parser_ = parser; }

  void refuse(Errc code, std::string_view why) {
    if (error_) return;
    error_ = Error(code, at_line(line(), why));
    xmlStopParser(parser_);
  }

  void note_library_error(const xmlError& error) {
    if (!error_ && error.level >= XML_ERR_ERROR) error_ = Error(Errc::malformed, message_of(error));
  }

  void open(std::string_view name) {
    if (error_) return;
    if (++elements_ > limits_.max_elements) {
      return refuse(Errc::too_large, "more than " + std::to_string(limits_.max_elements) + " elements");
    }
    if (path_.size() >= limits_.max_depth) {
      return refuse(Errc::too_large, "elements are nested deeper than " + std::to_string(limits_.max_depth));
    }
    XmlElement element;
    element.name = name;
    element.line = line();
    path_.push_back(std::move(element));
  }

  void add_attribute(std::string_view name, std::string_view value) {
    if (!error_) path_.back().attributes.emplace_back(name, value);
  }

  void add_text(std::string_view text) {
    if (!error_ && !path_.empty()) path_.back().text += text;
  }

  void close() {
    if (error_) return;
    XmlElement element = std::move(path_.back());
    path_.pop_back();
    if (!element.children.empty() && is_white_space(element.text)) element.text.clear();
    if (path_.empty()) {
      root_ = std::move(element);
    } else {
      path_.back().children.push_back(std::move(element));
    }
  }

  Result<XmlElement> take() {
    if (error_) return fail(std::move(*error_));
    if (!root_) return fail(Errc::malformed, at_line(line(), "there is no element"));
    return std::move(*root_);
  }

 private:
  std::uint32_t line() const {
    return parser_ != nullptr && parser_->input != nullptr ? static_cast<std::uint32_t>(parser_->input->line) : 1;
  }

  const XmlLimits& limits_;
  xmlParserCtxt* parser_ = nullptr;
  std::vector<XmlElement> path_;  // from the root to the element being read
  std::optional<XmlElement> root_;
  std::optional<Error> error_;
  std::size_t elements_ = 0;
};

Builder& builder(void* context) {
  return *static_cast<Builder*>(context);
}

// Signature of libxml2: attributes come in groups of five pointers, name, prefix, URI, begin and end of the value.
void on_start(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar*, int namespace_count,
              const xmlChar**, int attribute_count, int, const xmlChar** attributes) {
  Builder& out = builder(context);
  if (prefix != nullptr || namespace_count > 0) return out.refuse(Errc::unsupported, "namespaces are not allowed");
  out.open(view(name));
  for (int i = 0; i < attribute_count; ++i) {
    const xmlChar** attribute = attributes + 5 * i;
    if (attribute[1] != nullptr) return out.refuse(Errc::unsupported, "namespaces are not allowed");
    const auto* begin = reinterpret_cast<const char*>(attribute[3]);
    const auto* end = reinterpret_cast<const char*>(attribute[4]);
    out.add_attribute(view(attribute[0]), std::string_view(begin, static_cast<std::size_t>(end - begin)));
  }
}

void on_end(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  builder(context).close();
}

void on_text(void* context, const xmlChar* text, int length) {
  builder(context).add_text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)});
}

void on_doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  builder(context).refuse(Errc::unsupported, "a DOCTYPE is not allowed");
}

xmlEntity* on_entity(void*, const xmlChar* name) {
  return xmlGetPredefinedEntity(name);
}

void on_error(void* context, xmlError* error) {
  if (error != nullptr) builder(context).note_library_error(*error);
}

xmlSAXHandler handlers() {
  xmlSAXHandler sax{};
  sax.initialized = XML_SAX2_MAGIC;
  sax.startElementNs = on_start;
  sax.endElementNs = on_end;
  sax.characters = on_text;
  sax.ignorableWhitespace = on_text;
  sax.cdataBlock = on_text;
  sax.internalSubset = on_doctype;
  sax.getEntity = on_entity;
  sax.serror = on_error;
  return sax;
}

}  // namespace

const std::string* XmlElement::attribute(std::string_view attribute_name) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.first == attribute_name; });
  return found == attributes.end() ? nullptr : &found->second;
}

bool is_xml_text(std::string_view text) {
  const bool has_control = std::any_of(text.begin(), text.end(),
                                       [](char c) { return is_control(c) && c != '\t' && c != '\n' && c != '\r'; });
  // U+FFFE and U+FFFF are characters of UTF-8, but not of XML.
  return !has_control && is_utf8(text) && text.find("\xef\xbf\xbe") == std::string_view::npos &&
         text.find("\xef\xbf\xbf") == std::string_view::npos;
}

Result<XmlElement> parse(std::string_view text, const XmlLimits& limits) {
  // The library counts in int.
  if (text.size() > limits.max_bytes || text.size() > INT_MAX) {
    return fail(Errc::too_large, at_line(0, "more than " + std::to_string(limits.max_bytes) + " bytes"));
  }
  if (!is_utf8(text)) return fail(Errc::malformed, at_line(0, "not UTF-8"));
  initialize_library();
  Builder out(limits);
  xmlSAXHandler sax = handlers();
  const std::unique_ptr<xmlParserCtxt, Releaser<xmlFreeParserCtxt>> parser(
      xmlCreatePushParserCtxt(&sax, &out, nullptr, 0, nullptr));
  if (!parser) return fail(Errc::internal, "no memory for an XML parser");
  out.attach(parser.get());
  // NOENT makes the parser resolve the predefined entities in attributes: there are no others, see on_doctype.
  xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
  xmlParseChunk(parser.get(), text.data(), static_cast<int>(text.size()), 1);
  return out.take();
}

}  // namespace sallyport::xml
