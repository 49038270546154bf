#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::admin {

enum ExitCode : int { kDone = 0, kFailed = 1, kMisused = 2 };

// What a command leaves behind. `changed` says that there is something new to store and to put into effect.
struct CommandOutput {
  int exit_code = kDone;
  std::string out;
  std::string err;
  bool changed = false;
};

inline CommandOutput printed(std::string text) {
  return {.out = std::move(text)};
}
inline CommandOutput changed() {
  return {.changed = true};
}
// One line that begins with "Error: ".
inline CommandOutput failed(const Error& error) {
  return {.exit_code = kFailed, .err = "Error: " + (error.detail.empty() ? error.to_string() : error.detail) + "\n"};
}
inline CommandOutput misused(std::string_view usage) {
  return {.exit_code = kMisused, .err = "Error: usage: " + std::string(usage) + "\n"};
}
// For a change that happened or did not.
inline CommandOutput outcome(const Result<void>& result) {
  return result ? changed() : failed(result.error());
}

// "    Label: value\n", indented by a number of blanks; without a blank at the end if there is no value.
inline std::string labelled(std::size_t indent, std::string_view label, std::string_view value) {
  std::string line(indent, ' ');
  line += label;
  line += ':';
  if (!value.empty()) line += " " + std::string(value);
  return line + "\n";
}

}  // namespace sallyport::admin
