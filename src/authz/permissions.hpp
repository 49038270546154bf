#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sallyport::authz {

// The action letters of the primary action group, in the order in which they are written.
inline constexpr std::string_view kPermissionLetters = "TcgmdbsvatBRrxlNWA";

// A set of action letters: what an entry of an access control list grants, or what an operation needs.
class PermissionSet {
 public:
  constexpr PermissionSet() = default;
  // Any order, repetitions do not matter; no letter is the empty set. Errors: malformed, for a letter there is not.
  static Result<PermissionSet> parse(std::string_view letters);
  // For constants: an unknown letter does not compile.
  static consteval PermissionSet of(std::string_view letters) {
    PermissionSet set;
    for (const char letter : letters) {
      const auto index = kPermissionLetters.find(letter);
      if (index == std::string_view::npos) throw "no such letter";
      set.bits_ |= 1u << index;
    }
    return set;
  }

  constexpr bool empty() const { return bits_ == 0; }
  // Every letter of `needed` is in this set.
  constexpr bool contains(PermissionSet needed) const { return (bits_ & needed.bits_) == needed.bits_; }
  std::string to_string() const;

  friend constexpr PermissionSet operator|(PermissionSet a, PermissionSet b) {
    return PermissionSet(a.bits_ | b.bits_);
  }
  friend constexpr PermissionSet operator&(PermissionSet a, PermissionSet b) {
    return PermissionSet(a.bits_ & b.bits_);
  }
  // What is in `a` and not in `b`.
  friend constexpr PermissionSet operator-(PermissionSet a, PermissionSet b) {
    return PermissionSet(a.bits_ & ~b.bits_);
  }
  friend constexpr bool operator==(PermissionSet, PermissionSet) = default;

 private:
  constexpr explicit PermissionSet(std::uint32_t bits) : bits_(bits) {}
  std::uint32_t bits_ = 0;  // bit n is the letter kPermissionLetters[n]
};

inline constexpr PermissionSet kTraverse = PermissionSet::of("T");

// Which permissions an HTTP method needs.
class MethodMap {
 public:
  // PUT needs m, DELETE d, the other methods of RFC 9110 and RFC 5789 need r.
  static MethodMap standard();
  // From the lines "METHOD = letters" of a configuration; no lines give the standard map. Errors: bad_config, for
  // letters there are not, for none, for a method given twice, and if no line has the method "<default>".
  static Result<MethodMap> make(const std::vector<std::pair<std::string, std::string>>& lines);

  // Nothing for a method that is neither named in the map nor standard: nobody may use it. "<default>" is for standard
  // methods only, so that a method which a back end invents, or spells in its own way, is never let through unseen.
  std::optional<PermissionSet> needed(std::string_view method) const;

 private:
  std::vector<std::pair<std::string, PermissionSet>> methods_;  // sorted
  PermissionSet default_;
};

}  // namespace sallyport::authz
