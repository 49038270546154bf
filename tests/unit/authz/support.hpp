#pragma once

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

#include "authz/policy_document.hpp"

// Short names for what the tests of this room need again and again.
namespace sallyport::authz::test {

inline ObjectName object(std::string_view text) {
  return ObjectName::parse(text).value();
}

inline identity::Name name(std::string_view text) {
  return identity::Name::make(text).value();
}

inline PermissionSet letters(std::string_view text) {
  return PermissionSet::parse(text).value();
}

inline identity::Subject user(std::string_view user_name, std::vector<std::string> groups = {}) {
  return identity::Subject(
      identity::Credential::make({.user = std::string(user_name), .groups = std::move(groups)}).value());
}

inline identity::Subject nobody() {
  return {};
}

inline EntryKey of_user(std::string_view who) {
  return {EntryKind::user, name(who)};
}
inline EntryKey of_group(std::string_view who) {
  return {EntryKind::group, name(who)};
}
inline const EntryKey kAnyOther{EntryKind::any_other, std::nullopt};
inline const EntryKey kUnauthenticated{EntryKind::unauthenticated, std::nullopt};

inline Network network(std::string_view address, std::string_view mask) {
  return Network::parse(address, mask).value();
}

// "" if it succeeded, else the error as text.
template <class T>
std::string error_of(const Result<T>& result) {
  return result ? std::string() : result.error().to_string();
}

}  // namespace sallyport::authz::test
