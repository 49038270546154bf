#include "config/parser.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/validate.hpp"

namespace sallyport::config {
namespace {

// Reads one value, or the several that the row's separator makes of it, into the member.
Result<void> assign(const SettingSpec& spec, const Entry& entry, Settings& settings) {
  if (!spec.is_list()) return spec.field.assign(spec, entry, settings);
  if (entry.value.empty()) return {};
  if (spec.separator == '\0') return spec.field.assign(spec, entry, settings);
  for (const auto piece : split(entry.value, spec.separator)) {
    if (auto done = spec.field.assign(spec, {entry.key, trimmed(piece), entry.line}, settings); !done) return done;
  }
  return {};
}

// The halves of "key = value", trimmed.
std::pair<std::string_view, std::string_view> halves(std::string_view line) {
  const auto equals = line.find('=');
  return {trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1))};
}

class Reader {
 public:
  Reader(std::string_view file, const ParseLimits& limits, Parsed& out) : file_(file), limits_(limits), out_(out) {}

  void read(std::string_view text) {
    if (text.size() > limits_.max_file_size) {
      break_all();
      report(Severity::error, 0, {}, "has more than " + std::to_string(limits_.max_file_size) + " bytes");
      return;
    }
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
    for (const auto line : split(text, '\n')) {
      ++number_;
      line_ = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
      read_line();
      if (out_.diagnostics.size() >= limits_.max_diagnostics) {
        break_all();
        report(Severity::error, 0, {}, "too many errors, the rest of the file was not read");
        return;
      }
    }
  }

  // The stanzas that had errors.
  const std::set<std::string_view>& broken() const { return broken_; }

 private:
  void read_line() {
    if (line_.size() > limits_.max_line_length) {
      return error(line_, "the line has more than " + std::to_string(limits_.max_line_length) + " bytes");
    }
    const auto content = trimmed(line_);
    if (content.empty() || content.front() == '#') return;
    const auto control =
        std::find_if(content.begin(), content.end(), [](char c) { return is_control(c) && c != '\t'; });
    if (control != content.end()) {
      return error(content.substr(static_cast<std::size_t>(control - content.begin())), "a control character");
    }
    if (!is_utf8(content)) return error(content, "the line is not UTF-8");
    if (content.front() == '[') return open_stanza(content);
    if (content.find('=') == std::string_view::npos) {
      return error(content, "expected [stanza], key = value or a comment that begins with #");
    }
    read_setting(content);
  }

  void open_stanza(std::string_view content) {
    stanza_.reset();
    in_unknown_stanza_ = true;  // until it is known: one error is enough for all its keys
    if (content.back() != ']') return error(content, "the stanza's name has to end with ] and stand alone in its line");
    const auto name = trimmed(content.substr(1, content.size() - 2));
    std::vector<std::string_view> known;
    for (const auto& stanza : stanzas()) {
      if (stanza.name == name) {
        stanza_ = stanza.name;
        in_unknown_stanza_ = false;
        out_.lines.try_emplace({std::string(name), std::string()}, number_);
        return;
      }
      known.push_back(stanza.name);
    }
    const auto meant = nearest(name, known);
    error(content,
          "unknown stanza [" + log_escaped(name, 60) + "]" + (meant ? "; is it [" + std::string(*meant) + "]?" : ""));
  }

  void read_setting(std::string_view content) {
    const auto [key, value] = halves(content);
    if (!stanza_) {
      if (!in_unknown_stanza_) error(content, "a setting before the first stanza");
      return;
    }
    if (key.empty()) return error(content, "there is no key before the =");
    const SettingSpec* map = find_map(*stanza_);
    const SettingSpec* spec = map != nullptr ? map : find_setting(*stanza_, key);
    if (spec == nullptr) return error(key, unknown_key(key));
    if (map != nullptr && !spec->key_form.matches(key)) {
      return error(key,
                   "the key must be " + std::string(spec->key_form.wanted) + ", not '" + log_escaped(key, 60) + "'");
    }
    const std::string key_seen = map != nullptr ? lowered(key) : std::string(key);
    const auto [first, is_new] = out_.lines.try_emplace({std::string(*stanza_), key_seen}, number_);
    if (!is_new && !spec->is_list()) {
      return error(key, std::string(key) + " is set already in line " + std::to_string(first->second));
    }
    // What the file names replaces the default, once.
    if (cleared_.insert(spec).second) spec->field.clear(out_.settings);
    if (auto done = assign(*spec, {key, value, number_}, out_.settings); !done) {
      return error(value, std::string(key) + " " + done.error().detail);
    }
    if (value.find(" #") != std::string_view::npos) {
      report(Severity::warning, number_, value, "the value goes on after the #: a comment needs a line of its own");
    }
  }

  std::string unknown_key(std::string_view key) const {
    std::string message = "unknown key " + log_escaped(key, 60) + " in [" + std::string(*stanza_) + "]";
    std::vector<std::string_view> known;
    std::string_view elsewhere;
    for (const auto& row : schema()) {
      if (row.is_map()) continue;
      if (row.stanza == *stanza_) known.push_back(row.key);
      if (row.key == key) elsewhere = row.stanza;
    }
    if (!elsewhere.empty()) return message + "; it belongs in [" + std::string(elsewhere) + "]";
    if (const auto meant = nearest(key, known)) message += "; is it " + std::string(*meant) + "?";
    return message;
  }

  void error(std::string_view where, std::string message) {
    if (stanza_) {
      broken_.insert(*stanza_);
    } else {
      break_all();
    }
    report(Severity::error, number_, where, std::move(message));
  }

  // What could not be read may have belonged anywhere.
  void break_all() {
    for (const auto& stanza : stanzas()) broken_.insert(stanza.name);
  }

  // `where` is a part of the current line.
  void report(Severity severity, std::uint32_t line, std::string_view where, std::string message) {
    std::uint32_t column = 0;
    if (line > 0) column = static_cast<std::uint32_t>(where.empty() ? line_.size() : where.data() - line_.data()) + 1;
    out_.diagnostics.push_back({severity, std::string(file_), line, column, std::move(message)});
  }

  std::string_view file_;
  const ParseLimits& limits_;
  Parsed& out_;
  std::string_view line_;
  std::uint32_t number_ = 0;
  std::optional<std::string_view> stanza_;
  bool in_unknown_stanza_ = false;
  std::set<const SettingSpec*> cleared_;
  std::set<std::string_view> broken_;
};

}  // namespace

std::uint32_t Parsed::line_of(std::string_view stanza, std::string_view key) const {
  const auto found = lines.find({std::string(stanza), std::string(key)});
  return found == lines.end() ? 0 : found->second;
}

Settings default_settings() {
  Settings settings{};
  for (const auto& spec : schema()) {
    if (spec.default_text.empty()) continue;
    for (const auto line : split(spec.default_text, '\n')) {
      const auto [key, value] = spec.is_map() ? halves(line) : std::pair(spec.key, line);
      // The defaults are ours: a unit test holds each to its row.
      if (auto done = assign(spec, {key, value, 0}, settings); !done) spec.field.clear(settings);
    }
  }
  return settings;
}

Parsed parse(std::string_view text, std::string_view file, const ParseLimits& limits) {
  Parsed out{.settings = default_settings(), .diagnostics = {}, .lines = {}};
  Reader reader(file, limits, out);
  reader.read(text);
  validate(out, file, reader.broken());
  return out;
}

}  // namespace sallyport::config
