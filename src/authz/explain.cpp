#include "authz/evaluate.hpp"
#include "base/text.hpp"

namespace sallyport::authz {
namespace {

std::string letters(PermissionSet set) {
  return set.empty() ? "nothing" : set.to_string();
}

// "group staff and group admins"
std::string groups_of(const Acl& acl, const identity::Credential& credential) {
  std::string text;
  for (const AclEntry& entry : acl.groups) {
    if (credential.in_group(entry.who)) text += (text.empty() ? "group " : " and group ") + entry.who.to_string();
  }
  return text;
}

std::string entry_of(const Acl& acl, const identity::Subject& subject, Matched matched) {
  switch (matched) {
    case Matched::user:
      return "user " + subject.credential().user().to_string();
    case Matched::groups:
      return groups_of(acl, subject.credential());
    case Matched::any_other:
      return "any-other";
    case Matched::unauthenticated:
      return "unauthenticated (together with any-other)";
    case Matched::nothing:
      break;
  }
  return "no entry";
}

std::string verdict(const Evaluation& result, PermissionSet needed) {
  if (result.permitted) return "permitted: " + letters(needed) + " is granted";
  switch (result.reason) {
    case DenialReason::no_traverse:
      return "denied: T is missing at " + result.attachment->object;
    case DenialReason::no_permission:
      return "denied: " + letters(needed - result.granted) + " is missing";
    default:
      return needed.empty() ? "denied: nothing was asked for" : "denied: there is no list for the object";
  }
}

}  // namespace

std::vector<std::string> explain(const Policy& policy, const identity::Subject& subject, const ObjectName& object,
                                 PermissionSet needed) {
  std::vector<std::string> lines;
  lines.push_back("object " + log_escaped(object.text(), ObjectName::kMaxLength) + ", subject " +
                  std::string(subject.name()) + ", needs " + letters(needed));
  const Evaluation result =
      evaluate(policy, subject, object, needed, [&](const Policy::Attachment& attachment, const AclMatch& found, bool) {
        lines.push_back("ACL " + attachment.acl.name.to_string() + " at " + attachment.object + ": " +
                        entry_of(attachment.acl, subject, found.matched) + " gives " + letters(found.permissions));
      });
  lines.push_back(verdict(result, needed));
  return lines;
}

}  // namespace sallyport::authz
