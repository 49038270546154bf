#include "authz/permissions.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::authz {
namespace {

// CONNECT is not here: a reverse proxy never carries it out.
constexpr std::string_view kStandardMethods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"};
constexpr std::string_view kDefaultKey = "<default>";

bool is_standard(std::string_view method) {
  return std::find(std::begin(kStandardMethods), std::end(kStandardMethods), method) != std::end(kStandardMethods);
}

}  // namespace

Result<PermissionSet> PermissionSet::parse(std::string_view letters) {
  PermissionSet set;
  for (const char letter : letters) {
    const auto index = kPermissionLetters.find(letter);
    if (index == std::string_view::npos) {
      return fail(Errc::malformed, "'" + log_escaped(std::string_view(&letter, 1)) + "' in '" +
                                       log_escaped(letters, 64) + "' is no permission; there are " +
                                       std::string(kPermissionLetters));
    }
    set.bits_ |= 1u << index;
  }
  return set;
}

std::string PermissionSet::to_string() const {
  std::string letters;
  for (std::size_t i = 0; i < kPermissionLetters.size(); ++i) {
    if ((bits_ >> i & 1) != 0) letters += kPermissionLetters[i];
  }
  return letters;
}

MethodMap MethodMap::standard() {
  MethodMap map;
  map.methods_ = {{"DELETE", PermissionSet::of("d")}, {"PUT", PermissionSet::of("m")}};
  map.default_ = PermissionSet::of("r");
  return map;
}

Result<MethodMap> MethodMap::make(const std::vector<std::pair<std::string, std::string>>& lines) {
  if (lines.empty()) return standard();
  MethodMap map;
  bool has_default = false;
  for (const auto& [method, letters] : lines) {
    const auto set = PermissionSet::parse(letters);
    if (!set) return fail(Errc::bad_config, method + ": " + set.error().detail);
    if (set->empty()) return fail(Errc::bad_config, method + ": a method needs at least one permission");
    if (method == kDefaultKey) {
      if (has_default) return fail(Errc::bad_config, method + " is there twice");
      has_default = true;
      map.default_ = *set;
    } else {
      map.methods_.emplace_back(method, *set);
    }
  }
  if (!has_default) return fail(Errc::bad_config, "there is no line for <default>");
  std::sort(map.methods_.begin(), map.methods_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto twice = std::adjacent_find(map.methods_.begin(), map.methods_.end(),
                                        [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != map.methods_.end()) return fail(Errc::bad_config, twice->first + " is there twice");
  return map;
}

std::optional<PermissionSet> MethodMap::needed(std::string_view method) const {
  const auto found = std::lower_bound(methods_.begin(), methods_.end(), method,
                                      [](const auto& entry, std::string_view name) { return entry.first < name; });
  if (found != methods_.end() && found->first == method) return found->second;
  if (is_standard(method)) return default_;
  return std::nullopt;
}

}  // namespace sallyport::authz
