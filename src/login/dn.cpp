#include "login/dn.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace sallyport::login {
namespace {

constexpr std::string_view kSpecial = ",+\"\\<>;=";  // RFC 4514 section 2.4, and '=' to be safe

// Reads one name; `at_` is the next character.
class DnReader {
 public:
  explicit DnReader(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    skip_blanks();
    if (is_end()) return std::string();  // the root
    std::string out;
    for (;;) {
      const auto rdn = read_rdn();
      if (!rdn) return std::nullopt;
      out += *rdn;
      if (is_end()) return out;
      if (text_[at_] != ',' && text_[at_] != ';') return std::nullopt;
      ++at_;
      out += ',';
    }
  }

  // The value of the first RDN's part of that type.
  std::optional<std::string> leading_value(std::string_view wanted) {
    for (;;) {
      const auto type = read_type();
      if (!type) return std::nullopt;
      auto value = read_value();
      if (!value || equal_ignoring_case(*type, wanted)) return value;
      if (is_end() || text_[at_] != '+') return std::nullopt;
      ++at_;
    }
  }

 private:
  bool is_end() const { return at_ >= text_.size(); }
  void skip_blanks() {
    while (!is_end() && text_[at_] == ' ') ++at_;
  }

  std::optional<std::string> read_rdn() {
    std::vector<std::string> parts;
    for (;;) {
      auto part = read_part();
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
      if (is_end() || text_[at_] != '+') break;
      ++at_;
    }
    std::sort(parts.begin(), parts.end());
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : "+") + part;
    return out;
  }

  // type "=" value, folded
  std::optional<std::string> read_part() {
    const auto type = read_type();
    if (!type) return std::nullopt;
    const auto value = read_value();
    if (!value) return std::nullopt;
    return *type + "=" + folded(*value);
  }

  // In lower case; the "=" is behind it.
  std::optional<std::string> read_type() {
    skip_blanks();
    const std::size_t begin = at_;
    while (!is_end() && (is_alnum(text_[at_]) || text_[at_] == '-' || text_[at_] == '.')) ++at_;
    std::string type = lowered(text_.substr(begin, at_ - begin));
    skip_blanks();
    if (type.empty() || is_end() || text_[at_] != '=') return std::nullopt;
    ++at_;
    return type;
  }

  std::optional<std::string> read_value() {
    skip_blanks();
    std::string value;
    std::size_t keep = 0;  // blanks that were escaped are no padding
    while (!is_end() && text_[at_] != ',' && text_[at_] != ';' && text_[at_] != '+') {
      const char c = text_[at_];
      if (c == '"' || c == '<' || c == '>' || is_control(c)) return std::nullopt;
      if (c == '\\') {
        const auto escaped = read_escape();
        if (!escaped) return std::nullopt;
        value += *escaped;
        keep = value.size();
      } else {
        value += c;
        ++at_;
      }
    }
    while (value.size() > keep && value.back() == ' ') value.pop_back();
    return value;
  }

  std::optional<char> read_escape() {
    if (text_.size() - at_ < 2) return std::nullopt;
    const char next = text_[at_ + 1];
    if (kSpecial.find(next) != std::string_view::npos || next == ' ' || next == '#') {
      at_ += 2;
      return next;
    }
    if (text_.size() - at_ < 3) return std::nullopt;
    const int high = hex_value(next);
    const int low = hex_value(text_[at_ + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    at_ += 3;
    return static_cast<char>(high * 16 + low);
  }

  static std::string folded(std::string_view value) {
    std::string single;
    for (const char c : value) {
      if (c != ' ' || single.empty() || single.back() != ' ') single += to_lower(c);
    }
    return escaped_dn_value(single);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::string> normalised_dn(std::string_view dn) {
  auto normalised = DnReader(dn).run();
  if (!normalised) return fail(Errc::malformed, "\"" + log_escaped(dn, 200) + "\" is no distinguished name");
  return std::move(*normalised);
}

std::optional<std::string> leading_value_of_dn(std::string_view dn, std::string_view attribute) {
  if (!normalised_dn(dn)) return std::nullopt;
  return DnReader(dn).leading_value(attribute);
}

std::string escaped_dn_value(std::string_view value) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool at_edge = i == 0 || i + 1 == value.size();
    if (is_control(c) || kSpecial.find(c) != std::string_view::npos || (c == ' ' && at_edge) || (c == '#' && i == 0)) {
      out += '\\';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace sallyport::login
