#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/setting_spec.hpp"

// Words that the renderers share.
namespace sallyport::config {

// What stands for a value in a synopsis: "yes | no", "number", "path".
std::string value_notation(const SettingSpec& spec);
// "1 to 65535", with units; empty if the row has no range of its own.
std::string range_text(const SettingSpec& spec);
// "for new connections after a reload"
std::string_view takes_effect_text(TakesEffect takes_effect);
// The sentences of a text; each ends with its full stop.
std::vector<std::string_view> sentences(std::string_view text);
// The text in lines of at most `width` bytes, broken at blanks, each with the prefix.
std::string wrapped(std::string_view text, std::string_view prefix, std::size_t width);

}  // namespace sallyport::config
