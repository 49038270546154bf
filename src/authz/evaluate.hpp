#pragma once

#include "authz/decide.hpp"

namespace sallyport::authz {

inline constexpr PermissionSet kBypassPop = PermissionSet::of("B");

// What came out, and what made it so.
struct Evaluation {
  enum class Outcome : std::uint8_t { permitted, step_up, denied };

  Outcome outcome = Outcome::denied;
  DenialReason reason = DenialReason::evaluation_error;  // unless permitted
  // The list that refused first, or the one that counts for the object. Both point into the policy.
  const Policy::Attachment* attachment = nullptr;
  PermissionSet granted;                         // by that list
  const Policy::PopAttachment* pop = nullptr;    // that counts for the object
  const Requirement* requirement = nullptr;      // of that, for the client's network; null if it was not looked at
  bool is_pop_bypassed = false;                  // by the permission for it
};

// The lists alone: outcome permitted or denied, and which POP is there.
//
// T has to be in the list of every container from the root down to the object's parent. Between two attachments the
// list is the same, so that it is enough to ask each attachment above the object once.
template <class Observe>
Evaluation evaluate_lists(const Policy& policy, const identity::Subject& subject, const ObjectName& object,
                          PermissionSet needed, Observe&& observe) {
  using enum Evaluation::Outcome;
  Evaluation result;
  if (needed.empty()) return result;
  bool stopped = false;
  const Policy::Attachment* controlling = nullptr;
  AclMatch of_controlling;
  const auto* const pop = policy.walk(object, [&](const Policy::Attachment& attachment, bool is_target) {
    if (stopped) return;
    const AclMatch found = match(attachment.acl, subject);
    observe(attachment, found, is_target);
    if (!is_target && !found.permissions.contains(kTraverse)) {
      result.reason = DenialReason::no_traverse;
      result.attachment = &attachment;
      result.granted = found.permissions;
      stopped = true;
      return;
    }
    controlling = &attachment;
    of_controlling = found;
  });
  result.pop = pop;
  if (stopped || controlling == nullptr) return result;
  result.attachment = controlling;
  result.granted = of_controlling.permissions;
  result.reason = DenialReason::no_permission;
  if (of_controlling.permissions.contains(needed)) result.outcome = permitted;
  return result;
}

// What the POP says when the lists have permitted: the network first, then the connection, then the level.
inline void evaluate_pop(Evaluation& result, const Environment& environment) {
  using enum Evaluation::Outcome;
  const Pop& pop = result.pop->pop;
  result.requirement = &requirement_for(pop, environment.client);
  if (result.requirement->is_forbidden) {
    result.outcome = denied;
    result.reason = DenialReason::forbidden_network;
  } else if (pop.protection != Protection::none && !environment.is_secure) {
    result.outcome = denied;
    result.reason = DenialReason::privacy_required;
  } else if (environment.level < result.requirement->level) {
    result.outcome = step_up;
    result.reason = DenialReason::level_too_low;
  }
}

// The evaluation itself, for decisions and for explanations alike. Tells observe(attachment, match, is_target) about
// each list that it comes to. Knows nothing of warning mode: that is what becomes of the outcome.
template <class Observe>
Evaluation evaluate(const Policy& policy, const identity::Subject& subject, const ObjectName& object,
                    PermissionSet needed, const Environment& environment, Observe&& observe) {
  Evaluation result = evaluate_lists(policy, subject, object, needed, observe);
  if (result.pop == nullptr || result.outcome != Evaluation::Outcome::permitted) return result;
  result.is_pop_bypassed = result.granted.contains(kBypassPop);
  if (!result.is_pop_bypassed) evaluate_pop(result, environment);
  return result;
}

// Whether warning mode lets this through. What could not be evaluated is no matter of policy, and stays denied.
inline bool is_only_warned(const Evaluation& result) {
  return result.pop != nullptr && result.pop->pop.warning && result.reason != DenialReason::evaluation_error &&
         result.outcome != Evaluation::Outcome::permitted;
}

}  // namespace sallyport::authz
