#pragma once

#include "authz/decide.hpp"

namespace sallyport::authz {

// What came out, and the list that made it so: the first that refused, or the one that permitted.
struct Evaluation {
  bool permitted = false;
  DenialReason reason = DenialReason::evaluation_error;
  const Policy::Attachment* attachment = nullptr;  // into the policy
  PermissionSet granted;                           // by that list
};

// The evaluation itself, for decisions and for explanations alike. Tells observe(attachment, match, is_target) about
// each list that it comes to.
//
// T has to be in the list of every container from the root down to the object's parent. Between two attachments the
// list is the same, so that it is enough to ask each attachment above the object once.
template <class Observe>
Evaluation evaluate(const Policy& policy, const identity::Subject& subject, const ObjectName& object,
                    PermissionSet needed, Observe&& observe) {
  Evaluation result;
  if (needed.empty()) return result;
  bool stopped = false;
  const Policy::Attachment* controlling = nullptr;
  AclMatch of_controlling;
  policy.walk(object, [&](const Policy::Attachment& attachment, bool is_target) {
    if (stopped) return;
    const AclMatch found = match(attachment.acl, subject);
    observe(attachment, found, is_target);
    if (!is_target && !found.permissions.contains(kTraverse)) {
      result = {false, DenialReason::no_traverse, &attachment, found.permissions};
      stopped = true;
      return;
    }
    controlling = &attachment;
    of_controlling = found;
  });
  if (stopped || controlling == nullptr) return result;
  result.attachment = controlling;
  result.granted = of_controlling.permissions;
  result.permitted = of_controlling.permissions.contains(needed);
  result.reason = DenialReason::no_permission;
  return result;
}

}  // namespace sallyport::authz
