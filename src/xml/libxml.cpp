#include "xml/libxml.hpp"

#include <libxml/xmlschemastypes.h>

#include "base/text.hpp"

namespace sallyport::xml {
namespace {

constexpr std::size_t kMaxMessageBytes = 400;

}  // namespace

void initialize_library() {
  static const bool initialized = [] {
    xmlInitParser();
    xmlSchemaInitTypes();
    return true;
  }();
  static_cast<void>(initialized);
}

std::string message_of(const xmlError& error) {
  std::string_view text = error.message == nullptr ? std::string_view("error") : std::string_view(error.message);
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.remove_suffix(1);
  return at_line(error.line > 0 ? static_cast<std::uint32_t>(error.line) : 0, log_escaped(text, kMaxMessageBytes));
}

std::string at_line(std::uint32_t line, std::string_view message) {
  if (line == 0) return std::string(message);
  return "line " + std::to_string(line) + ": " + std::string(message);
}

}  // namespace sallyport::xml
