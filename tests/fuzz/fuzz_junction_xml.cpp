// Junction files: what is accepted is a valid junction that is written back the same, byte for byte, and whose file has
// a name that leads back to it; what is refused is refused with one line of text. The input is the document; when it
// is no document, it is tried as the name of a file as well.
#include <algorithm>

#include "base/text.hpp"
#include "check.hpp"
#include "junction/table.hpp"
#include "junction/xml_store.hpp"

using namespace sallyport;
using namespace sallyport::junction;

namespace {

void check_file_name(std::string_view file_name) {
  const auto name = name_of_file(file_name);
  if (!name) return;
  fuzz::check(file_name.size() <= 255 && file_name.find('/') == std::string_view::npos, "G6: one file");
  fuzz::check(!file_name.starts_with('.'), "G6: no hidden file");
  Junction junction;
  if (name->starts_with('/')) {
    junction.point = *name;
    fuzz::check(validate_point(*name).has_value(), "a file is for a valid point");
  } else {
    junction.kind = Kind::virtual_host;
    junction.label = *name;
  }
  fuzz::check(file_name_of(junction) == file_name, "one name for one file");
}

}  // namespace

FUZZ_TARGET(junction_xml) {
  const xml::XmlLimits limits{.max_bytes = 65536, .max_depth = 8, .max_elements = 100};
  const std::string_view text = fuzz::text_of(data, size);
  const auto junction = parse_junction(text, limits);
  if (!junction) {
    const std::string& detail = junction.error().detail;
    fuzz::check(!detail.empty() && is_utf8(detail), "an error says why");
    fuzz::check(std::none_of(detail.begin(), detail.end(), is_control), "G7: an error is one line");
    check_file_name(text);
    return 0;
  }
  fuzz::check(validate(*junction).has_value(), "what is read is valid");
  const std::string written = render_junction(*junction);
  const auto again = parse_junction(written, limits);
  fuzz::check(again.has_value(), "what is written can be read");
  fuzz::check(*again == *junction, "and is the same");
  fuzz::check(render_junction(*again) == written, "byte for byte");
  check_file_name(file_name_of(*junction));
  fuzz::check(name_of_file(file_name_of(*junction)) == junction->name(), "the file leads back");
  fuzz::check(JunctionTable::make({*junction}).has_value(), "it can be served");
  return 0;
}
