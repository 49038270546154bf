#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "config/diagnostic.hpp"
#include "config/settings.hpp"

namespace sallyport::config {

// In bytes, but max_diagnostics. A file beyond max_file_size is not read at all.
struct ParseLimits {
  std::size_t max_file_size = 1024 * 1024;
  std::size_t max_line_length = 8192;
  std::size_t max_diagnostics = 100;
};

// What a file said. `settings` is of use only without errors.
struct Parsed {
  Settings settings;
  Diagnostics diagnostics;
  // The line of the first mention of a stanza and key; a stanza's own line has the key "".
  std::map<std::pair<std::string, std::string>, std::uint32_t> lines;

  bool ok() const { return !has_errors(diagnostics); }
  // 0 if the file does not mention it.
  std::uint32_t line_of(std::string_view stanza, std::string_view key) const;
};

// Reads the whole text and reports everything that is wrong with it at once, in the order of the lines: what cannot be
// read, unknown stanzas and keys (with the name that was probably meant), values of the wrong form, repetitions of what
// may stand only once, and combinations that make no sense. `file` is the name used in the diagnostics.
//
// The form: "[stanza]" lines, "key = value" lines, comments in lines of their own that begin with '#'. A stanza may be
// continued later in the file. A key that may be repeated makes a list; naming it replaces the whole default, and an
// empty value adds nothing to it.
Parsed parse(std::string_view text, std::string_view file, const ParseLimits& limits = {});

// What an empty file gives.
Settings default_settings();

}  // namespace sallyport::config
