#include "admin/grammar.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::admin {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Reads a word in quotes from the front of `rest`, which begins behind the opening quote.
bool read_quoted(std::string_view& rest, std::string& word) {
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return true;
    if (c == '\\' && !rest.empty() && (rest.front() == '"' || rest.front() == '\\')) {
      c = rest.front();
      rest.remove_prefix(1);
    }
    word += c;
  }
  return false;
}

}  // namespace

Result<std::vector<std::string>> tokenize(std::string_view line, const GrammarLimits& limits) {
  if (line.size() > limits.max_line) {
    return fail(Errc::too_large, "a command has at most " + std::to_string(limits.max_line) + " bytes");
  }
  if (!is_utf8(line)) return fail(Errc::malformed, "the command is not UTF-8");
  if (std::any_of(line.begin(), line.end(), [](char c) { return is_control(c) && c != '\t'; })) {
    return fail(Errc::malformed, "the command has a control character");
  }
  std::vector<std::string> words;
  std::string_view rest = trimmed(line);
  if (rest.starts_with('#')) return words;
  while (!rest.empty()) {
    if (words.size() >= limits.max_words) {
      return fail(Errc::too_large, "a command has at most " + std::to_string(limits.max_words) + " words");
    }
    std::string word;
    while (!rest.empty() && !is_blank(rest.front())) {
      const char c = rest.front();
      rest.remove_prefix(1);
      if (c != '"') {
        word += c;
      } else if (!read_quoted(rest, word)) {
        return fail(Errc::malformed, "a double quote does not end");
      }
    }
    words.push_back(std::move(word));
    rest = trimmed(rest);
  }
  return words;
}

std::string quoted(std::string_view word) {
  const bool is_plain = !word.empty() && word.front() != '#' && word.find_first_of(" \t\"") == std::string_view::npos;
  if (is_plain) return std::string(word);
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::optional<std::size_t> match_keyword(std::string_view word, std::span<const std::string_view> keywords) {
  if (word.empty()) return std::nullopt;
  std::optional<std::size_t> beginning;
  bool is_ambiguous = false;
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    if (keywords[i] == word) return i;
    if (!keywords[i].starts_with(word)) continue;
    is_ambiguous = beginning.has_value();
    beginning = i;
  }
  return is_ambiguous ? std::nullopt : beginning;
}

}  // namespace sallyport::admin
