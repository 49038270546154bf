#pragma once

#include <set>
#include <string_view>

#include "config/parser.hpp"

namespace sallyport::config {

// Adds diagnostics for settings that are right each by itself but make no sense together, or that lack what they need.
// Says nothing about the stanzas in `broken`, which have errors already: what is missing there may be what was wrong.
void validate(Parsed& parsed, std::string_view file, const std::set<std::string_view>& broken);

}  // namespace sallyport::config
