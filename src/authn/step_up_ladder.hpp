#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::authn {

// The ways to prove who one is, as far as they can be ranked.
enum class Method : std::uint8_t { password, certificate, totp };

// As it stands in credentials, logs and in `session list`: "password", "certificate", "totp".
std::string_view name_of(Method method);
std::optional<Method> method_from(std::string_view name);

// How strong each method is: [authentication-levels]. A level is a position in it; 0 is that of those who are not
// logged in.
class StepUpLadder {
 public:
  // No method has a level.
  StepUpLadder() = default;
  // The names of the levels, as configured: "unauthenticated", then "password", "ssl" and "totp" in any order, each at
  // most once. `higher_is_fine`: step-up-at-higher-level. Errors: bad_config.
  static Result<StepUpLadder> make(std::span<const std::string_view> levels, bool higher_is_fine);

  int highest() const { return static_cast<int>(methods_.size()); }
  bool knows(int level) const { return level >= 0 && level <= highest(); }
  // "unauthenticated", "ssl"; empty for a level that there is not.
  std::string_view name_of(int level) const;
  // Of the level with this name; nothing if there is none.
  std::optional<int> level_named(std::string_view name) const;
  // By the name in a credential; nothing for a method that has no level.
  std::optional<int> level_of(std::string_view method) const;
  // The method of a level; nothing for level 0 and for levels that there are not.
  std::optional<Method> method_at(int level) const;
  // By which somebody may reach the level: its own, and those above if that is configured; the weakest first.
  std::vector<Method> methods_for(int level) const;
  // Whether a login that gives `proved` is a good answer to the demand for `wanted`.
  bool accepts(int proved, int wanted) const;

 private:
  std::vector<Method> methods_;  // that of level 1 first
  bool higher_is_fine_ = false;
};

}  // namespace sallyport::authn
