#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#include "xml/element.hpp"
#include "xml/libxml.hpp"

namespace sallyport::xml {
namespace {

constexpr int kMaxReported = 5;

// What a schema finds wrong, as one line of text.
struct Complaints {
  std::string text;
  int count = 0;

  void add(const xmlError& error) {
    if (error.level < XML_ERR_ERROR || ++count > kMaxReported) return;
    if (!text.empty()) text += "; ";
    text += message_of(error);
  }
};

void on_error(void* context, xmlError* error) {
  if (error != nullptr) static_cast<Complaints*>(context)->add(*error);
}

}  // namespace

Result<void> validate(std::string_view text, std::string_view schema_text, const XmlLimits& limits) {
  // What parse() takes has no DOCTYPE: reading it again as a tree is safe.
  if (const auto parsed = parse(text, limits); !parsed) return fail(parsed.error());
  const std::unique_ptr<xmlParserCtxt, Releaser<xmlFreeParserCtxt>> parser(xmlNewParserCtxt());
  if (!parser) return fail(Errc::internal, "no memory for an XML parser");
  const std::unique_ptr<xmlDoc, Releaser<xmlFreeDoc>> document(xmlCtxtReadMemory(
      parser.get(), text.data(), static_cast<int>(text.size()), nullptr, nullptr,
      XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES));
  if (!document) return fail(Errc::malformed, at_line(0, "not well-formed"));

  Complaints complaints;
  const std::unique_ptr<xmlSchemaParserCtxt, Releaser<xmlSchemaFreeParserCtxt>> schema_parser(
      xmlSchemaNewMemParserCtxt(schema_text.data(), static_cast<int>(schema_text.size())));
  if (!schema_parser) return fail(Errc::internal, "no memory for a schema");
  xmlSchemaSetParserStructuredErrors(schema_parser.get(), on_error, &complaints);
  const std::unique_ptr<xmlSchema, Releaser<xmlSchemaFree>> schema(xmlSchemaParse(schema_parser.get()));
  if (!schema) return fail(Errc::internal, "the schema is wrong: " + complaints.text);

  const std::unique_ptr<xmlSchemaValidCtxt, Releaser<xmlSchemaFreeValidCtxt>> judge(
      xmlSchemaNewValidCtxt(schema.get()));
  if (!judge) return fail(Errc::internal, "no memory for a schema");
  xmlSchemaSetValidStructuredErrors(judge.get(), on_error, &complaints);
  const int verdict = xmlSchemaValidateDoc(judge.get(), document.get());
  if (verdict == 0) return {};
  if (complaints.count > kMaxReported) {
    complaints.text += "; and " + std::to_string(complaints.count - kMaxReported) + " more";
  }
  return fail(Errc::malformed, complaints.text.empty() ? at_line(0, "the schema does not allow it") : complaints.text);
}

}  // namespace sallyport::xml
