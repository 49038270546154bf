#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Command lines, as an administrator types them. No I/O.
namespace sallyport::admin {

struct GrammarLimits {
  std::size_t max_line = 65536;  // bytes
  std::size_t max_words = 256;
};

// The words of a line: separated by blanks and tabs; double quotes keep blanks in a word and may make an empty one;
// within them \" and \\ stand for a quote and a backslash. A line that begins with '#', or is empty, has no words.
// Errors: malformed (a quote that does not end, a control character, bytes that are not UTF-8), too_large.
Result<std::vector<std::string>> tokenize(std::string_view line, const GrammarLimits& limits = {});

// The word as tokenize() reads it back; in quotes only if it needs them.
std::string quoted(std::string_view word);

// The index of the keyword that the word is, or is the beginning of, if of no other; nothing if there is none.
std::optional<std::size_t> match_keyword(std::string_view word, std::span<const std::string_view> keywords);

}  // namespace sallyport::admin
