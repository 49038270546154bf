#include "login/ldif.hpp"

#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace sallyport::login {
namespace {

constexpr std::size_t kColumns = 76;

// A line after unfolding.
struct LogicalLine {
  std::size_t number = 0;   // of its first physical line, from 1
  std::string_view source;  // its physical lines, with their ends
  std::string text;
};

// RFC 2849: AttributeDescription, that is letters, digits, '-', '.' for an OID, ';' before options.
bool is_attribute_name(std::string_view name) {
  return !name.empty() && is_alnum(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == ';'; });
}

// What a value may be without base64 (SAFE-STRING), but for UTF-8, which only the reader takes.
bool is_safe(std::string_view value) {
  if (value.empty()) return true;
  if (value.front() == ' ' || value.front() == ':' || value.front() == '<' || value.back() == ' ') return false;
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80 && !is_control(c); });
}

void append_line(std::string& out, std::string_view line) {
  std::size_t room = kColumns;
  for (;;) {
    out += line.substr(0, room);
    if (line.size() <= room) break;
    line.remove_prefix(room);
    out += "\n ";
    room = kColumns - 1;
  }
  out += '\n';
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  std::string line(name);
  line += is_safe(value) ? (value.empty() ? ":" : ": ") + std::string(value) : ":: " + base64_encoded(value);
  append_line(out, line);
}

}  // namespace

std::vector<std::string_view> LdifEntry::values(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const LdifAttribute& attribute : attributes_) {
    if (equal_ignoring_case(attribute.name, name)) out.emplace_back(attribute.value);
  }
  return out;
}

std::string_view LdifEntry::value(std::string_view name) const {
  const auto all = values(name);
  return all.empty() ? std::string_view() : all.front();
}

bool LdifEntry::is_a(std::string_view object_class) const {
  const auto classes = values("objectClass");
  return std::any_of(classes.begin(), classes.end(),
                     [&](std::string_view c) { return equal_ignoring_case(c, object_class); });
}

void LdifEntry::add(std::string_view name, std::string_view value) {
  attributes_.push_back(LdifAttribute{std::string(name), std::string(value)});
  source_.clear();
}

void LdifEntry::set(std::string_view name, std::string_view value) {
  const auto is_it = [&](const LdifAttribute& a) { return equal_ignoring_case(a.name, name); };
  const auto first = std::find_if(attributes_.begin(), attributes_.end(), is_it);
  if (first == attributes_.end()) return add(name, value);
  first->value = value;
  attributes_.erase(std::remove_if(first + 1, attributes_.end(), is_it), attributes_.end());
  source_.clear();
}

std::size_t LdifEntry::remove(std::string_view name) {
  source_.clear();
  return std::erase_if(attributes_, [&](const LdifAttribute& a) { return equal_ignoring_case(a.name, name); });
}

std::size_t LdifEntry::remove_value(std::string_view name, std::string_view value) {
  source_.clear();
  return std::erase_if(attributes_,
                       [&](const LdifAttribute& a) { return equal_ignoring_case(a.name, name) && a.value == value; });
}

// The state of one parse_ldif().
class LdifReader {
 public:
  LdifReader(std::string_view text, const LdifLimits& limits) : text_(text), limits_(limits) {}

  Result<LdifDocument> run() {
    if (text_.size() > limits_.max_bytes) return fail(Errc::too_large, "larger than the limit for LDIF files");
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);  // a byte order mark
    while (!text_.empty()) {
      const auto line = next_line();
      if (!line) return fail(line.error());
      if (auto taken = take(*line); !taken) return fail(taken.error());
    }
    if (has_entry_) {
      if (auto ended = end_entry(); !ended) return fail(ended.error());
    }
    document_.closing_comments = std::move(comments_);
    return std::move(document_);
  }

 private:
  static tl::unexpected<Error> wrong(std::size_t line, std::string why, Errc code = Errc::malformed) {
    return fail(code, "line " + std::to_string(line) + ": " + std::move(why));
  }

  // A physical line without its end; `text_` is left behind it.
  std::string_view take_physical() {
    const auto end = text_.find('\n');
    std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  // Only if there is text left.
  Result<LogicalLine> next_line() {
    LogicalLine line;
    const char* begin = text_.data();
    line.number = number_ + 1;
    line.text = take_physical();
    if (line.text.starts_with(' ')) return wrong(line.number, "a continuation of nothing: it begins with a blank");
    while (text_.starts_with(' ')) {
      if (line.text.empty()) return wrong(number_ + 1, "a continuation of an empty line: it begins with a blank");
      line.text += take_physical().substr(1);
      if (line.text.size() > 2 * limits_.max_value) return wrong(line.number, "too long", Errc::too_large);
    }
    line.source = std::string_view(begin, static_cast<std::size_t>(text_.data() - begin));
    return line;
  }

  Result<void> take(const LogicalLine& line) {
    if (line.text.empty()) return end_entry();
    if (line.text.starts_with('#')) {
      comments_ += line.source;
      if (!comments_.ends_with('\n')) comments_ += '\n';
      entry_source_ += line.source;
      return {};
    }
    const auto colon = line.text.find(':');
    if (colon == std::string::npos) return wrong(line.number, "no ':' after an attribute name");
    const std::string_view name = std::string_view(line.text).substr(0, colon);
    if (!is_attribute_name(name)) return wrong(line.number, "\"" + log_escaped(name, 64) + "\" is no attribute name");
    auto value = decoded(line, std::string_view(line.text).substr(colon + 1));
    if (!value) return fail(value.error());
    if (!has_entry_ && equal_ignoring_case(name, "version")) return take_version(line, *value);
    entry_source_ += line.source;
    return has_entry_ ? add_attribute(line, name, std::move(*value)) : begin_entry(line, name, std::move(*value));
  }

  // What follows the first ':'.
  Result<std::string> decoded(const LogicalLine& line, std::string_view rest) const {
    const bool is_base64 = rest.starts_with(':');
    if (rest.starts_with('<')) {
      return wrong(line.number, "a value from an URL is not read, write it here", Errc::unsupported);
    }
    if (is_base64) rest.remove_prefix(1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    std::string value;
    if (is_base64) {
      auto bytes = base64_decoded(rest);
      if (!bytes) return wrong(line.number, "the value after \"::\" is no base64");
      value = std::move(*bytes);
    } else {
      if (!is_utf8(rest)) return wrong(line.number, "not UTF-8; such a value has to be base64, after \"::\"");
      if (std::any_of(rest.begin(), rest.end(), [](char c) { return is_control(c) && c != '\t'; })) {
        return wrong(line.number, "a control character; such a value has to be base64, after \"::\"");
      }
      value = rest;
    }
    if (value.size() > limits_.max_value) return wrong(line.number, "the value is too long", Errc::too_large);
    return value;
  }

  Result<void> take_version(const LogicalLine& line, const std::string& value) {
    if (value != "1") return wrong(line.number, "version must be 1", Errc::unsupported);
    if (!document_.entries.empty()) return wrong(line.number, "version must come before the first entry");
    comments_ += line.source;
    if (!comments_.ends_with('\n')) comments_ += '\n';
    entry_source_ += line.source;
    return {};
  }

  Result<void> begin_entry(const LogicalLine& line, std::string_view name, std::string value) {
    if (!equal_ignoring_case(name, "dn")) return wrong(line.number, "an entry begins with \"dn:\"");
    if (document_.entries.size() == limits_.max_entries) {
      return wrong(line.number, "more than " + std::to_string(limits_.max_entries) + " entries", Errc::too_large);
    }
    document_.entries.emplace_back(std::move(value));
    document_.entries.back().line_ = line.number;
    has_entry_ = true;
    return {};
  }

  Result<void> add_attribute(const LogicalLine& line, std::string_view name, std::string value) {
    LdifEntry& entry = document_.entries.back();
    if (equal_ignoring_case(name, "dn"))
      return wrong(line.number, "a second dn: an empty line must end the entry before");
    if (equal_ignoring_case(name, "changetype") || equal_ignoring_case(name, "control")) {
      return wrong(line.number, "change records are not read, only entries", Errc::unsupported);
    }
    if (entry.attributes_.size() == limits_.max_attributes) {
      return wrong(line.number, "more than " + std::to_string(limits_.max_attributes) + " values in one entry",
                   Errc::too_large);
    }
    entry.attributes_.push_back(LdifAttribute{std::string(name), std::move(value)});
    return {};
  }

  Result<void> end_entry() {
    if (!has_entry_) {
      // An empty line among comments at the head of the file.
      if (!comments_.empty()) {
        comments_ += '\n';
        entry_source_ += '\n';
      }
      return {};
    }
    LdifEntry& entry = document_.entries.back();
    if (entry.attributes_.empty()) return wrong(entry.line_, "an entry without attributes");
    if (!entry_source_.ends_with('\n')) entry_source_ += '\n';
    entry.comments_ = std::exchange(comments_, {});
    entry.source_ = std::exchange(entry_source_, {});
    has_entry_ = false;
    return {};
  }

  std::string_view text_;
  const LdifLimits& limits_;
  LdifDocument document_;
  std::size_t number_ = 0;  // of physical lines taken
  bool has_entry_ = false;
  std::string comments_;
  std::string entry_source_;
};

Result<LdifDocument> parse_ldif(std::string_view text, const LdifLimits& limits) {
  return LdifReader(text, limits).run();
}

std::string render_ldif(const LdifDocument& document) {
  std::string out;
  for (const LdifEntry& entry : document.entries) {
    if (!out.empty()) out += '\n';
    if (!entry.source_.empty()) {
      out += entry.source_;
      continue;
    }
    out += entry.comments_;
    append_attribute(out, "dn", entry.dn_);
    for (const LdifAttribute& attribute : entry.attributes_) append_attribute(out, attribute.name, attribute.value);
  }
  if (!document.closing_comments.empty()) {
    if (!out.empty()) out += '\n';
    out += document.closing_comments;
  }
  return out;
}

}  // namespace sallyport::login
