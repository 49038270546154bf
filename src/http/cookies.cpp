#include "http/cookies.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/chars.hpp"

namespace sallyport::http {
namespace {

// Calls `take(CookiePair, piece)` for each pair of a Cookie field.
template <class Take>
void for_each_pair(std::string_view field, Take take) {
  for (;;) {
    const auto semicolon = field.find(';');
    const std::string_view piece = trimmed(field.substr(0, semicolon));
    if (!piece.empty()) {
      const auto equals = piece.find('=');
      if (equals == std::string_view::npos) {
        take(CookiePair{{}, piece}, piece);
      } else {
        take(CookiePair{trimmed(piece.substr(0, equals)), trimmed(piece.substr(equals + 1))}, piece);
      }
    }
    if (semicolon == std::string_view::npos) return;
    field.remove_prefix(semicolon + 1);
  }
}

// Reads back as one part of a Set-Cookie field, and as the same.
bool is_part(std::string_view text) {
  return is_field_value(text) && text.find(';') == std::string_view::npos && trimmed(text).size() == text.size();
}

bool is_name(std::string_view text) {
  return !text.empty() && is_part(text) && text.find('=') == std::string_view::npos;
}

}  // namespace

std::vector<CookiePair> parse_cookies(std::string_view field) {
  std::vector<CookiePair> pairs;
  for_each_pair(field, [&](const CookiePair& pair, std::string_view) { pairs.push_back(pair); });
  return pairs;
}

FoundCookie find_cookie(const Headers& headers, std::string_view name) {
  FoundCookie found;
  for (const std::string_view field : headers.values("cookie")) {
    for_each_pair(field, [&](const CookiePair& pair, std::string_view) {
      if (pair.name != name) return;
      if (found.count++ == 0) found.value = pair.value;
    });
  }
  return found;
}

std::string cookies_without(std::string_view field, std::span<const std::string> names) {
  std::string kept;
  bool removed = false;
  for_each_pair(field, [&](const CookiePair& pair, std::string_view piece) {
    // A pair without "=" has its text in the value; some servers take that for the name.
    const std::string_view name = pair.name.empty() ? pair.value : pair.name;
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      removed = true;
      return;
    }
    if (!kept.empty()) kept += "; ";
    kept += piece;
  });
  return removed ? kept : std::string(field);
}

Result<SetCookie> SetCookie::parse(std::string_view field) {
  if (!is_field_value(field)) return fail(Errc::malformed, "Set-Cookie: control character");
  SetCookie cookie;
  const auto pieces = split(field, ';');
  const auto equals = pieces.front().find('=');
  if (equals == std::string_view::npos) return fail(Errc::malformed, "Set-Cookie: no '=' after the name");
  cookie.name = trimmed(pieces.front().substr(0, equals));
  cookie.value = trimmed(pieces.front().substr(equals + 1));
  if (cookie.name.empty()) return fail(Errc::malformed, "Set-Cookie: empty name");
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::string_view piece = trimmed(pieces[i]);
    if (piece.empty()) continue;
    const auto sign = piece.find('=');
    Attribute attribute{std::string(trimmed(piece.substr(0, sign))), std::nullopt};
    if (sign != std::string_view::npos) attribute.value = std::string(trimmed(piece.substr(sign + 1)));
    if (!attribute.name.empty()) cookie.attributes.push_back(std::move(attribute));
  }
  return cookie;
}

Result<std::string> SetCookie::render() const {
  if (!is_name(name) || !is_part(value)) return fail(Errc::malformed, "Set-Cookie: name or value cannot be written");
  std::string text = name + "=" + value;
  for (const Attribute& attribute : attributes) {
    if (!is_name(attribute.name) || (attribute.value && !is_part(*attribute.value))) {
      return fail(Errc::malformed, "Set-Cookie: attribute cannot be written");
    }
    text += "; " + attribute.name;
    if (attribute.value) text += "=" + *attribute.value;
  }
  return text;
}

const SetCookie::Attribute* SetCookie::find(std::string_view attribute_name) const {
  for (auto at = attributes.rbegin(); at != attributes.rend(); ++at) {
    if (equal_ignoring_case(at->name, attribute_name)) return &*at;
  }
  return nullptr;
}

void SetCookie::set(std::string_view attribute_name, std::optional<std::string> attribute_value) {
  const auto is_it = [&](const Attribute& attribute) { return equal_ignoring_case(attribute.name, attribute_name); };
  const auto first = std::find_if(attributes.begin(), attributes.end(), is_it);
  if (first == attributes.end()) {
    attributes.push_back(Attribute{std::string(attribute_name), std::move(attribute_value)});
    return;
  }
  first->value = std::move(attribute_value);
  attributes.erase(std::remove_if(first + 1, attributes.end(), is_it), attributes.end());
}

void SetCookie::remove(std::string_view attribute_name) {
  std::erase_if(attributes,
                [&](const Attribute& attribute) { return equal_ignoring_case(attribute.name, attribute_name); });
}

}  // namespace sallyport::http
