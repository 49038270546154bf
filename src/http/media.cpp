#include "http/media.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::http {
namespace {

// qvalue = "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3"0" ] in thousandths (RFC 9110 section 12.4.2); 0 for what is none.
unsigned thousandths(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[1] != '.')) return 0;
  unsigned value = 0;
  unsigned unit = 1000;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 1) continue;
    if (!is_digit(text[i])) return 0;
    value += static_cast<unsigned>(text[i] - '0') * unit;
    unit /= 10;
  }
  return value <= 1000 ? value : 0;
}

}  // namespace

unsigned weight_of(std::string_view element) {
  const auto pieces = split(element, ';');
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::string_view parameter = trimmed(pieces[i]);
    if (starts_with_ignoring_case(parameter, "q=")) return thousandths(parameter.substr(2));
  }
  return 1000;
}

bool prefers_html(const Headers& headers) {
  unsigned html = 0;
  unsigned json = 0;
  for (const Field field : headers) {
    if (!field.is("accept")) continue;
    for (const std::string_view range : split(field.value, ',')) {
      const std::string_view type = trimmed(range.substr(0, range.find(';')));
      if (equal_ignoring_case(type, "text/html") || equal_ignoring_case(type, "application/xhtml+xml")) {
        html = std::max(html, weight_of(range));
      } else if (equal_ignoring_case(type, "application/json")) {
        json = std::max(json, weight_of(range));
      }
    }
  }
  return html > 0 && html >= json;
}

}  // namespace sallyport::http
