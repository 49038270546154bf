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
  }
  return "evaluation_error";
}

// The only maker of permits.
class Judge {
 public:
  Judge(const Policy& policy, identity::Subject subject, ObjectName object, Request request)
      : policy_(policy), subject_(std::move(subject)), object_(std::move(object)), request_(std::move(request)) {}

  Decision decide(PermissionSet needed) && {
    const Evaluation result = evaluate(policy_, subject_, object_, needed, [](const auto&, const auto&, bool) {});
    if (!result.permitted) return std::move(*this).deny(result, needed);
    return Permit(std::move(subject_), std::move(object_), std::move(request_), policy_.generation(),
                  result.attachment->acl.name.to_string());
  }

  Decision deny(const Evaluation& result, PermissionSet needed) && {
    const bool a_login_matters =
        result.reason == DenialReason::no_traverse || result.reason == DenialReason::no_permission;
    const bool login_could_help = a_login_matters && !subject_.is_authenticated();
    Denial denial{result.reason,
                  login_could_help,
                  std::move(subject_),
                  std::move(object_),
                  std::move(request_),
                  needed,
                  result.granted,
                  {},
                  {},
                  policy_.generation()};
    if (result.attachment != nullptr) {
      denial.acl = result.attachment->acl.name.text();
      denial.acl_object = result.attachment->object;
    }
    return denial;
  }

 private:
  const Policy& policy_;
  identity::Subject subject_;
  ObjectName object_;
  Request request_;
};

Decision decide(const Policy& policy, identity::Subject subject, ObjectName object, const MethodMap& methods,
                Request request) {
  const auto needed = methods.needed(request.method);
  Judge judge(policy, std::move(subject), std::move(object), std::move(request));
  if (!needed) return std::move(judge).deny({.reason = DenialReason::unknown_method}, {});
  return std::move(judge).decide(*needed);
}

Decision decide(const Policy& policy, identity::Subject subject, ObjectName object, PermissionSet needed,
                Request request) {
  return Judge(policy, std::move(subject), std::move(object), std::move(request)).decide(needed);
}

}  // namespace sallyport::authz
