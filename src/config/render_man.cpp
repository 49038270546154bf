#include "base/text.hpp"
#include "config/render.hpp"
#include "config/render_text.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

// Text for a line of its own: roff sees nothing in it that it would obey.
std::string roff_escaped(std::string_view text) {
  std::string out;
  if (!text.empty() && (text.front() == '.' || text.front() == '\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else {
      out += c;
    }
  }
  return out;
}

// Text for the arguments of a macro: quoted, so that no word of it is taken for a macro, and no mark for punctuation.
std::string roff_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : roff_escaped(text)) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// mdoc wants each sentence to begin a line.
void add_sentences(std::string& out, std::string_view text) {
  for (const auto sentence : sentences(text)) out += wrapped(roff_escaped(sentence), "", 78);
}

std::string default_sentence(const SettingSpec& spec) {
  if (spec.default_text.empty()) return spec.is_list() || spec.is_map() ? "None by default.\n" : "Empty by default.\n";
  std::string out = "The default is\n";
  const auto lines = split(spec.default_text, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += ".Ql " + roff_quoted(lines[i]) + (i + 1 == lines.size() ? " .\n" : " ,\n");
  }
  return out;
}

void add_row(std::string& out, const SettingSpec& spec) {
  out += ".It ";
  out += spec.is_map() ? "Ar " : "Ic ";
  out += std::string(spec.key) + " No = Ar " + roff_quoted(value_notation(spec)) + "\n";
  add_sentences(out, spec.summary);
  add_sentences(out, spec.paragraph);
  if (spec.is_list()) {
    out += "May be given several times";
    if (spec.separator != '\0')
      out += std::string(", and take several values with ") + spec.separator + " between them";
    out += ".\n";
  }
  out += default_sentence(spec);
  if (const auto range = range_text(spec); !range.empty()) out += "The range is " + range + ".\n";
  if (!spec.example.empty()) out += "Example:\n.Ql " + roff_quoted(spec.example) + " .\n";
  out += "A change counts " + std::string(takes_effect_text(spec.takes_effect)) + ".\n";
}

}  // namespace

std::string render_man() {
  std::string out = ".Sh STANZAS\n";
  for (const auto& stanza : stanzas()) {
    out += ".Ss [" + std::string(stanza.name) + "]\n";
    add_sentences(out, stanza.summary);
    out += ".Bl -tag -width Ds\n";
    for (const auto& row : schema()) {
      if (row.stanza == stanza.name) add_row(out, row);
    }
    out += ".El\n";
  }
  return out;
}

}  // namespace sallyport::config
