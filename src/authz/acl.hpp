#pragma once

#include <optional>
#include <string>
#include <vector>

#include "authz/permissions.hpp"
#include "identity/credential.hpp"

namespace sallyport::authz {

// What one user, or the members of one group, get.
struct AclEntry {
  identity::Name who;
  PermissionSet permissions;

  friend bool operator==(const AclEntry&, const AclEntry&) = default;
};

// An access control list. There are no entries that deny: an entry without letters does, by being the one that counts.
struct Acl {
  identity::Name name;
  std::string description;
  std::vector<AclEntry> users;   // sorted by name, each once
  std::vector<AclEntry> groups;  // sorted by name, each once
  std::optional<PermissionSet> any_other;
  std::optional<PermissionSet> unauthenticated;

  friend bool operator==(const Acl&, const Acl&) = default;
};

// Which kind of entry decided.
enum class Matched : std::uint8_t {
  nothing,
  user,
  groups,
  any_other,
  unauthenticated,  // as a mask over any_other
};

struct AclMatch {
  Matched matched = Matched::nothing;
  PermissionSet permissions;
};

// What the list gives the subject. For a user: his own entry and no other, even if it is empty; else all entries of his
// groups together; else any-other. For somebody who is not logged in: what both unauthenticated and any-other have.
// Without an entry, nothing.
AclMatch match(const Acl& acl, const identity::Subject& subject);

// nullptr if there is none.
const AclEntry* find_entry(const std::vector<AclEntry>& entries, const identity::Name& who);

}  // namespace sallyport::authz
