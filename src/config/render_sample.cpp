#include "base/text.hpp"
#include "config/render.hpp"
#include "config/render_text.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

constexpr std::size_t kWidth = 100;

std::string remarks(const SettingSpec& spec) {
  std::string text = value_notation(spec);
  if (const auto range = range_text(spec); !range.empty()) text += ", " + range;
  if (spec.is_list()) text += ", several";
  return text + "; " + std::string(takes_effect_text(spec.takes_effect));
}

void add_row(std::string& out, const SettingSpec& spec) {
  out += "\n" + wrapped(spec.summary, "# ", kWidth);
  if (!spec.paragraph.empty()) out += wrapped(spec.paragraph, "# ", kWidth);
  out += wrapped("(" + remarks(spec) + ")", "# ", kWidth);
  const bool example = spec.default_text.empty() && !spec.example.empty();
  if (example) out += "# Not set by default; for example:\n";
  for (const auto line : split(example ? spec.example : spec.default_text, '\n')) {
    out += "#";
    if (spec.is_map() && line.find('=') != std::string_view::npos) {
      out += line;
    } else {
      out += std::string(spec.key) + " =" + (line.empty() ? "" : " " + std::string(line));
    }
    out += '\n';
  }
}

}  // namespace

std::string render_sample() {
  std::string out =
      "# Configuration of sallyportd; sallyport.conf(5) describes it.\n"
      "# Every setting is here with its default, behind a #. Remove the # and change the value.\n";
  for (const auto& stanza : stanzas()) {
    out += "\n\n# " + std::string(stanza.summary) + "\n[" + std::string(stanza.name) + "]\n";
    for (const auto& row : schema()) {
      if (row.stanza == stanza.name) add_row(out, row);
    }
  }
  return out;
}

}  // namespace sallyport::config
