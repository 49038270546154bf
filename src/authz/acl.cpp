#include "authz/acl.hpp"

#include <algorithm>

namespace sallyport::authz {

const AclEntry* find_entry(const std::vector<AclEntry>& entries, const identity::Name& who) {
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), who,
                       [](const AclEntry& entry, const identity::Name& name) { return entry.who < name; });
  return found != entries.end() && found->who == who ? &*found : nullptr;
}

AclMatch match(const Acl& acl, const identity::Subject& subject) {
  if (!subject.is_authenticated()) {
    if (!acl.unauthenticated || !acl.any_other) return {};
    return {Matched::unauthenticated, *acl.unauthenticated & *acl.any_other};
  }
  const identity::Credential& credential = subject.credential();
  if (const AclEntry* entry = find_entry(acl.users, credential.user())) return {Matched::user, entry->permissions};
  AclMatch of_groups;
  for (const AclEntry& entry : acl.groups) {
    if (!credential.in_group(entry.who)) continue;
    of_groups.matched = Matched::groups;
    of_groups.permissions = of_groups.permissions | entry.permissions;
  }
  if (of_groups.matched == Matched::groups) return of_groups;
  if (acl.any_other) return {Matched::any_other, *acl.any_other};
  return {};
}

}  // namespace sallyport::authz
