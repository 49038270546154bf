#include "config/render_text.hpp"

#include "base/text.hpp"

namespace sallyport::config {

std::string value_notation(const SettingSpec& spec) {
  switch (spec.type) {
    case SettingType::boolean:
      return "yes | no";
    case SettingType::integer:
      return "number";
    case SettingType::duration:
      return "time";
    case SettingType::byte_size:
      return "size";
    case SettingType::text:
      return "text";
    case SettingType::path:
      return "path";
    case SettingType::secret_path:
      return "path";
    case SettingType::output:
      return "path | -";
    case SettingType::address:
      return "address";
    case SettingType::network:
      return "network";
    case SettingType::choice:
      break;
  }
  std::string text;
  for (const auto choice : spec.choices) {
    if (!text.empty()) text += " | ";
    text += choice;
  }
  return text;
}

std::string range_text(const SettingSpec& spec) {
  std::string_view unit;
  switch (spec.type) {
    case SettingType::integer:
      break;
    case SettingType::duration:
      unit = " seconds";
      break;
    case SettingType::byte_size:
      unit = " bytes";
      break;
    default:
      return {};
  }
  if (spec.min == 0 && spec.max == UINT32_MAX) return {};
  return std::to_string(spec.min) + " to " + std::to_string(spec.max) + std::string(unit);
}

std::string_view takes_effect_text(TakesEffect takes_effect) {
  switch (takes_effect) {
    case TakesEffect::live:
      return "for every request after a reload";
    case TakesEffect::reload:
      return "for new connections after a reload";
    case TakesEffect::restart:
      return "after a restart";
  }
  return {};
}

std::vector<std::string_view> sentences(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    auto end = text.find(". ");
    end = end == std::string_view::npos ? text.size() : end + 1;
    found.push_back(text.substr(0, end));
    text = trimmed(text.substr(end));
  }
  return found;
}

std::string wrapped(std::string_view text, std::string_view prefix, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  for (const auto word : split(text, ' ')) {
    if (column > 0 && column + 1 + word.size() > width) {
      out += '\n';
      column = 0;
    }
    const std::string_view gap = column == 0 ? prefix : std::string_view(" ");
    out += gap;
    out += word;
    column += gap.size() + word.size();
  }
  return out + "\n";
}

}  // namespace sallyport::config
