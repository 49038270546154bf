#include "config/diagnostic.hpp"

#include <algorithm>

namespace sallyport::config {

std::string Diagnostic::to_string() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  text += severity == Severity::error ? ": error: " : ": warning: ";
  return text + message;
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

}  // namespace sallyport::config
