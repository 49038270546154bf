#include "base/text.hpp"
#include "config/render.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string value_schema(const SettingSpec& spec) {
  switch (spec.type) {
    case SettingType::boolean:
      return R"("type": "boolean")";
    case SettingType::integer:
      return R"("type": "integer", "minimum": )" + std::to_string(spec.min) + R"(, "maximum": )" +
             std::to_string(spec.max);
    case SettingType::duration:
      return R"("type": ["integer", "string"], "pattern": "^[0-9]+[smhdSMHD]?$")";
    case SettingType::byte_size:
      return R"("type": ["integer", "string"], "pattern": "^[0-9]+[kmgKMG]?$")";
    case SettingType::path:
    case SettingType::secret_path:
      return R"("type": "string", "pattern": "^(/.+)?$")";
    case SettingType::output:
      return R"("type": "string", "pattern": "^(/.+|-)?$")";
    case SettingType::text:
    case SettingType::address:
    case SettingType::network:
      return R"("type": "string")";
    case SettingType::choice:
      break;
  }
  std::string out = R"("enum": [)";
  for (std::size_t i = 0; i < spec.choices.size(); ++i) out += (i > 0 ? ", " : "") + quoted(spec.choices[i]);
  return out + "]";
}

// The default as JSON, empty if there is none or if it is a list.
std::string default_value(const SettingSpec& spec) {
  if (spec.default_text.empty() || spec.is_list() || spec.is_map()) return {};
  if (spec.type == SettingType::boolean) return spec.default_text == "yes" ? "true" : "false";
  if (spec.type == SettingType::integer) return std::string(spec.default_text);
  return quoted(spec.default_text);
}

std::string property(const SettingSpec& spec) {
  std::string out = "{\"description\": " + quoted(spec.summary) + ", ";
  if (spec.is_list()) {
    out += R"("type": "array", "items": {)" + value_schema(spec) + "}";
  } else {
    out += value_schema(spec);
  }
  if (const auto value = default_value(spec); !value.empty()) out += ", \"default\": " + value;
  return out + "}";
}

std::string stanza_schema(const StanzaSpec& stanza) {
  std::string out = "      \"description\": " + quoted(stanza.summary) + ",\n      \"type\": \"object\",\n";
  if (const auto* map = find_map(stanza.name)) return out + "      \"additionalProperties\": " + property(*map) + "\n";
  out += "      \"additionalProperties\": false,\n      \"properties\": {";
  bool first = true;
  for (const auto& row : schema()) {
    if (row.stanza != stanza.name) continue;
    out += (first ? "\n        " : ",\n        ") + quoted(row.key) + ": " + property(row);
    first = false;
  }
  return out + "\n      }\n";
}

}  // namespace

std::string render_json_schema() {
  std::string out =
      "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"sallyport.conf\",\n"
      "  \"type\": \"object\",\n  \"additionalProperties\": false,\n  \"properties\": {";
  bool first = true;
  for (const auto& stanza : stanzas()) {
    out += (first ? "\n    " : ",\n    ") + quoted(stanza.name) + ": {\n" + stanza_schema(stanza) + "    }";
    first = false;
  }
  return out + "\n  }\n}\n";
}

}  // namespace sallyport::config
