#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::config {

enum class Severity : std::uint8_t { warning, error };

// Something to tell the administrator about a place in a file. Line and column count from 1, the column in bytes; 0
// means the file as a whole.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string message;

  // "sallyport.conf:12:8: error: ..."
  std::string to_string() const;
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);

}  // namespace sallyport::config
