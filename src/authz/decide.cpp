#include "authz/decide.hpp"

#include <utility>

#include "authz/evaluate.hpp"

namespace sallyport::authz {

std::string_view name_of(DenialReason reason) {
  switch (reason) {
    case DenialReason::no_traverse:
      return "no_traverse";
    case DenialReason::no_permission:
      return "no_permission";
    case DenialReason::unknown_method:
      return "unknown_method";
    case DenialReason::evaluation_error:
      return "evaluation_error";
    case DenialReason::forbidden_network:
      return "forbidden_network";
    case DenialReason::privacy_required:
      return "privacy_required";
    case DenialReason::level_too_low:
      return "level_too_low";
  }
  return "evaluation_error";
}

// The only maker of permits.
class Judge {
 public:
  Judge(const Policy& policy, const identity::Subject& subject, ObjectName object, Request request)
      : policy_(policy), subject_(subject), object_(std::move(object)), request_(std::move(request)) {}

  Decision decide(PermissionSet needed, const Environment& environment) && {
    using enum Evaluation::Outcome;
    const Evaluation result =
        evaluate(policy_, subject_, object_, needed, environment, [](const auto&, const auto&, bool) {});
    if (result.outcome == permitted || is_only_warned(result)) return std::move(*this).permit(result);
    if (result.outcome == step_up) return std::move(*this).hold_up(result);
    return std::move(*this).deny(result, needed);
  }

  Decision permit(const Evaluation& result) && {
    Permit permit(std::move(object_), std::move(request_), policy_.generation());
    permit.acl_ = result.attachment->acl.name.text();
    if (result.pop != nullptr) permit.pop_ = result.pop->pop.name.text();
    if (result.outcome != Evaluation::Outcome::permitted) permit.warning_ = result.reason;
    return permit;
  }

  Decision hold_up(const Evaluation& result) && {
    return StepUp{result.requirement->level,
                  subject_,
                  std::move(object_),
                  std::move(request_),
                  result.pop->pop.name.to_string(),
                  result.pop->object,
                  policy_.generation()};
  }

  Decision deny(const Evaluation& result, PermissionSet needed) && {
    const bool a_login_matters =
        result.reason == DenialReason::no_traverse || result.reason == DenialReason::no_permission;
    const bool login_could_help = a_login_matters && !subject_.is_authenticated();
    Denial denial{result.reason,
                  login_could_help,
                  subject_,
                  std::move(object_),
                  std::move(request_),
                  needed,
                  result.granted,
                  {},
                  {},
                  {},
                  {},
                  policy_.generation()};
    if (result.requirement != nullptr) {
      denial.pop = result.pop->pop.name.text();
      denial.pop_object = result.pop->object;
    }
    if (result.attachment != nullptr) {
      denial.acl = result.attachment->acl.name.text();
      denial.acl_object = result.attachment->object;
    }
    return denial;
  }

 private:
  const Policy& policy_;
  const identity::Subject& subject_;  // whose count of references all workers share: a permit takes none
  ObjectName object_;
  Request request_;
};

Decision decide(const Policy& policy, const identity::Subject& subject, ObjectName object, const MethodMap& methods,
                const Environment& environment, Request request) {
  const auto needed = methods.needed(request.method);
  Judge judge(policy, subject, std::move(object), std::move(request));
  if (!needed) return std::move(judge).deny({.reason = DenialReason::unknown_method}, {});
  return std::move(judge).decide(*needed, environment);
}

Decision decide(const Policy& policy, const identity::Subject& subject, ObjectName object, PermissionSet needed,
                const Environment& environment, Request request) {
  return Judge(policy, subject, std::move(object), std::move(request)).decide(needed, environment);
}

}  // namespace sallyport::authz
