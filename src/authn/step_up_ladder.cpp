#include "authn/step_up_ladder.hpp"

#include <algorithm>

namespace sallyport::authn {
namespace {

struct MethodNames {
  Method method;
  std::string_view in_credentials;
  std::string_view as_level;
};
constexpr MethodNames kMethods[] = {
    {Method::password, "password", "password"},
    {Method::certificate, "certificate", "ssl"},
    {Method::totp, "totp", "totp"},
};
constexpr std::string_view kFirstLevel = "unauthenticated";

const MethodNames& names_of(Method method) {
  return kMethods[static_cast<std::size_t>(method)];
}

}  // namespace

std::string_view name_of(Method method) {
  return names_of(method).in_credentials;
}

std::optional<Method> method_from(std::string_view name) {
  for (const auto& names : kMethods) {
    if (names.in_credentials == name) return names.method;
  }
  return std::nullopt;
}

Result<StepUpLadder> StepUpLadder::make(std::span<const std::string_view> levels, bool higher_is_fine) {
  if (levels.empty() || levels.front() != kFirstLevel) {
    return fail(Errc::bad_config, "the first level is not " + std::string(kFirstLevel));
  }
  StepUpLadder ladder;
  ladder.higher_is_fine_ = higher_is_fine;
  for (const std::string_view level : levels.subspan(1)) {
    const auto* const found = std::find_if(std::begin(kMethods), std::end(kMethods),
                                           [&](const MethodNames& names) { return names.as_level == level; });
    if (found == std::end(kMethods)) return fail(Errc::bad_config, "there is no level " + std::string(level));
    const auto& known = ladder.methods_;
    if (std::find(known.begin(), known.end(), found->method) != known.end()) {
      return fail(Errc::bad_config, "the level " + std::string(level) + " is there twice");
    }
    ladder.methods_.push_back(found->method);
  }
  return ladder;
}

std::string_view StepUpLadder::name_of(int level) const {
  if (level == 0) return kFirstLevel;
  const auto method = method_at(level);
  return method ? names_of(*method).as_level : std::string_view();
}

std::optional<int> StepUpLadder::level_named(std::string_view name) const {
  for (int level = 0; level <= highest(); ++level) {
    if (name_of(level) == name) return level;
  }
  return std::nullopt;
}

std::optional<int> StepUpLadder::level_of(std::string_view method) const {
  for (std::size_t i = 0; i < methods_.size(); ++i) {
    if (authn::name_of(methods_[i]) == method) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

std::optional<Method> StepUpLadder::method_at(int level) const {
  if (level < 1 || level > highest()) return std::nullopt;
  return methods_[static_cast<std::size_t>(level) - 1];
}

std::vector<Method> StepUpLadder::methods_for(int level) const {
  if (level < 1 || level > highest()) return {};
  const auto first = methods_.begin() + (level - 1);
  return {first, higher_is_fine_ ? methods_.end() : first + 1};
}

bool StepUpLadder::accepts(int proved, int wanted) const {
  return higher_is_fine_ ? proved >= wanted : proved == wanted;
}

}  // namespace sallyport::authn
