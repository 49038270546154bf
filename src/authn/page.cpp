#include "authn/page.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace sallyport::authn {
namespace {

enum class MacroKind : std::uint8_t { value, value_with_argument, section, style };

struct MacroSpec {
  std::string_view name;
  MacroKind kind;
};

constexpr std::array kMacros = {
    MacroSpec{"AUTHNLEVEL", MacroKind::value},
    MacroSpec{"AUTH_URL", MacroKind::value},
    MacroSpec{"BACK_NAME", MacroKind::value},
    MacroSpec{"BACK_URL", MacroKind::value},
    MacroSpec{"BASICAUTHN", MacroKind::section},
    MacroSpec{"CERTAUTHN", MacroKind::section},
    MacroSpec{"CREDATTR", MacroKind::value_with_argument},
    MacroSpec{"EAIAUTHN", MacroKind::section},
    MacroSpec{"ERROR", MacroKind::value},
    MacroSpec{"ERROR_CODE", MacroKind::value},
    MacroSpec{"ERROR_TEXT", MacroKind::value},
    MacroSpec{"EXPIRE_SECS", MacroKind::value},
    MacroSpec{"FAILREASON", MacroKind::value},
    MacroSpec{"FORGETCERT", MacroKind::section},
    MacroSpec{"FORMSAUTHN", MacroKind::section},
    MacroSpec{"FORM_TOKEN", MacroKind::value},
    MacroSpec{"HOSTNAME", MacroKind::value},
    MacroSpec{"HTTPHDR", MacroKind::value_with_argument},
    MacroSpec{"HTTPS_BASE", MacroKind::value},
    MacroSpec{"HTTP_BASE", MacroKind::value},
    MacroSpec{"LOCATION", MacroKind::value},
    MacroSpec{"METHOD", MacroKind::value},
    MacroSpec{"OLDSESSION", MacroKind::value},
    MacroSpec{"PROTOCOL", MacroKind::value},
    MacroSpec{"QR_PATH", MacroKind::value},
    MacroSpec{"QR_SIDE", MacroKind::value},
    MacroSpec{"REFERER", MacroKind::value},
    MacroSpec{"REQUEST_ID", MacroKind::value},
    MacroSpec{"SECONDARY_BASE", MacroKind::value},
    MacroSpec{"STEPUP", MacroKind::value},
    MacroSpec{"STYLE", MacroKind::style},
    MacroSpec{"TAM_OP", MacroKind::value},
    MacroSpec{"TOKENAUTHN", MacroKind::section},
    MacroSpec{"TOTPAUTHN", MacroKind::section},
    MacroSpec{"TOTP_SECRET", MacroKind::value},
    MacroSpec{"URL", MacroKind::value},
    MacroSpec{"USERNAME", MacroKind::value},
};

constexpr std::string_view kSectionEnd = "-->";
constexpr std::size_t kMaxArgument = 128;

const MacroSpec* find_macro(std::string_view name) {
  const auto found = std::find_if(kMacros.begin(), kMacros.end(), [&](const MacroSpec& m) { return m.name == name; });
  return found == kMacros.end() ? nullptr : &*found;
}

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

// A macro as written: "%NAME%" or "%NAME{argument}%".
struct Written {
  std::string_view name;
  std::optional<std::string_view> argument;
  std::size_t length = 0;
};

// The macro at the start of `text`, which begins with '%'.
std::optional<Written> written_macro(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && is_name_character(text[at])) ++at;
  Written written;
  written.name = text.substr(1, at - 1);
  if (written.name.empty() || is_digit(written.name.front()) || at == text.size()) return std::nullopt;
  if (text[at] == '{') {
    const auto close = text.find('}', at);
    if (close == std::string_view::npos || close - at > kMaxArgument) return std::nullopt;
    written.argument = text.substr(at + 1, close - at - 1);
    at = close + 1;
  }
  if (at >= text.size() || text[at] != '%') return std::nullopt;
  written.length = at + 1;
  return written;
}

bool is_web_url(std::string_view url) {
  if (starts_with_ignoring_case(url, "https://") || starts_with_ignoring_case(url, "http://")) return true;
  return url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
}

std::string escaped_for(Place place, std::string_view value) {
  if (place == Place::url_rest) return percent_encoded(value);
  if (place == Place::url_start && !value.empty() && !is_web_url(value)) return "#";
  return html_escaped(value);
}

}  // namespace

// The state of one parse().
class PageParser {
 public:
  PageParser(std::string_view file_name, std::string_view text, std::string_view style)
      : file_name_(file_name), text_(text), style_(style) {}

  Result<Page> run() {
    if (!is_utf8(text_)) return wrong(0, "not UTF-8");
    std::size_t literal_from = 0;
    for (std::size_t at = text_.find('%'); at != std::string_view::npos; at = text_.find('%', at)) {
      const auto written = written_macro(text_.substr(at));
      if (!written) {
        ++at;
        continue;
      }
      add_literal(text_.substr(literal_from, at - literal_from));
      if (auto added = add_macro(*written, at); !added) return fail(added.error());
      at += written->length;
      literal_from = at;
    }
    add_literal(text_.substr(literal_from));
    // One that stands in a macro's argument ends nothing.
    if (open_section_) return has_no_end(page_.pieces_[*open_section_].text, section_at_);
    return std::move(page_);
  }

 private:
  tl::unexpected<Error> wrong(std::size_t at, std::string_view why) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return fail(Errc::bad_config, std::string(file_name_) + ":" + std::to_string(line) + ": " + std::string(why));
  }

  void add_literal(std::string_view text) {
    if (text.empty()) return;
    places_.advance(text);
    if (open_section_) {
      const auto end = text.find(kSectionEnd);
      if (end != std::string_view::npos) {
        Page::Piece& section = page_.pieces_[*open_section_];
        section.end = page_.pieces_.size();
        section.end_offset = end + kSectionEnd.size();
        open_section_.reset();
      }
    }
    page_.pieces_.push_back(Page::Piece{Page::Kind::literal, Place::text, std::string(text)});
  }

  Result<void> add_macro(const Written& written, std::size_t at) {
    const std::string name(written.name);
    const MacroSpec* spec = find_macro(name);
    if (spec == nullptr) return wrong(at, "unknown macro %" + name + "%" + suggestion(name));
    if (spec->kind == MacroKind::value_with_argument && (!written.argument || written.argument->empty())) {
      return wrong(at, "%" + name + "% needs an argument: %" + name + "{...}%");
    }
    if (spec->kind != MacroKind::value_with_argument && written.argument) {
      return wrong(at, "%" + name + "% takes no argument");
    }
    const Place place = places_.here();
    if (spec->kind == MacroKind::style) return add_style(place, at);
    if (spec->kind == MacroKind::section) return add_section(name, place, at);
    if (place == Place::unsafe || place == Place::style) {
      return wrong(at, "%" + name +
                           "% stands where no value is safe: only in text and in quoted attributes, not in "
                           "scripts, styles and event handlers");
    }
    places_.advance_value();
    std::string key = spec->name == "ERROR_TEXT" ? "ERROR" : name;
    if (written.argument) key += "{" + std::string(*written.argument) + "}";
    page_.pieces_.push_back(Page::Piece{Page::Kind::macro, place, std::move(key)});
    return {};
  }

  Result<void> add_style(Place place, std::size_t at) {
    if (place != Place::style) return wrong(at, "%STYLE% belongs into <style>");
    if (style_.find("</") != std::string_view::npos) return wrong(at, "the style sheet must not contain \"</\"");
    page_.pieces_.push_back(Page::Piece{Page::Kind::literal, Place::style, std::string(style_)});
    return {};
  }

  Result<void> add_section(const std::string& name, Place place, std::size_t at) {
    if (place != Place::text) return wrong(at, "%" + name + "% begins a section: it belongs between elements");
    if (open_section_) return wrong(at, "%" + name + "% inside another section, which \"-->\" has not ended");
    if (text_.find(kSectionEnd, at) == std::string_view::npos) return has_no_end(name, at);
    open_section_ = page_.pieces_.size();
    section_at_ = at;
    page_.pieces_.push_back(Page::Piece{Page::Kind::section, place, name});
    return {};
  }

  tl::unexpected<Error> has_no_end(const std::string& section, std::size_t at) const {
    return wrong(at, "the section %" + section + "% has no end: \"-->\" is missing");
  }

  static std::string suggestion(std::string_view name) {
    std::vector<std::string_view> names;
    for (const MacroSpec& spec : kMacros) names.push_back(spec.name);
    const auto likely = nearest(name, names);
    return likely ? "; is it %" + std::string(*likely) + "%?" : "";
  }

  std::string_view file_name_;
  std::string_view text_;
  std::string_view style_;
  HtmlPlaces places_;
  std::optional<std::size_t> open_section_;  // its piece
  std::size_t section_at_ = 0;               // where it began
  Page page_;
};

void PageValues::set(std::string_view name, std::string_view value) {
  values_[std::string(name)] = value;
}

void PageValues::set(std::string_view name, std::string_view argument, std::string_view value) {
  values_[std::string(name) + "{" + std::string(argument) + "}"] = value;
}

void PageValues::show(std::string_view section) {
  values_[std::string(section)] = "shown";
}

std::string_view PageValues::find(std::string_view macro) const {
  const auto found = values_.find(macro);
  return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

bool PageValues::shows(std::string_view section) const {
  return values_.contains(section);
}

Result<Page> Page::parse(std::string_view file_name, std::string_view text, std::string_view style) {
  return PageParser(file_name, text, style).run();
}

std::string Page::render(const PageValues& values) const {
  std::string out;
  std::size_t offset = 0;  // into the next literal, behind a section that was left out
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    switch (piece.kind) {
      case Kind::literal:
        out += std::string_view(piece.text).substr(std::exchange(offset, 0));
        break;
      case Kind::macro:
        out += escaped_for(piece.place, values.find(piece.text));
        break;
      case Kind::section:
        if (!values.shows(piece.text)) {
          offset = piece.end_offset;
          i = piece.end - 1;
        }
        break;
    }
  }
  return out;
}

std::vector<std::string> Page::arguments_of(std::string_view macro) const {
  std::vector<std::string> out;
  const std::string prefix = std::string(macro) + "{";
  for (const Piece& piece : pieces_) {
    if (piece.kind == Kind::macro && piece.text.starts_with(prefix)) {
      out.push_back(piece.text.substr(prefix.size(), piece.text.size() - prefix.size() - 1));
    }
  }
  return out;
}

}  // namespace sallyport::authn
