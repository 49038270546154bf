#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "authz/policy.hpp"

namespace sallyport::authz {

// What is asked for, besides the object.
struct Request {
  std::string method;          // as received; case-sensitive
  std::uint64_t audit_id = 0;  // carried into the decision, so that the audit line and the request can be joined
};

// Where the request comes from, and what its subject has proved.
struct Environment {
  IpAddress client;
  bool is_secure = false;  // it came over TLS
  int level = 0;           // the authentication level of the subject that counts now; 0: not logged in
};

enum class DenialReason : std::uint8_t {
  no_traverse,        // T is missing on the way
  no_permission,      // the object's list does not give what the method needs
  unknown_method,     // the method needs nothing that anybody could have
  evaluation_error,   // the policy could not be evaluated
  forbidden_network,  // the POP keeps the client's network out
  privacy_required,   // the POP wants TLS
  level_too_low,      // the POP wants a higher level: a StepUp, and a Denial never
};

// A short, stable name for logs and the audit ("no_traverse"); never null.
std::string_view name_of(DenialReason reason);

// The proof that the subject of a decision may do this to an object. Only decide() makes one; whatever sends a request on
// takes it, and takes it away. It can be moved, not copied. The policy must outlive it.
class Permit {
 public:
  Permit(Permit&&) noexcept = default;
  Permit& operator=(Permit&&) noexcept = default;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;

  const ObjectName& object() const { return object_; }
  const std::string& method() const { return request_.method; }
  std::uint64_t audit_id() const { return request_.audit_id; }
  std::uint64_t generation() const { return generation_; }
  // The list that counted for the object.
  std::string_view acl() const { return acl_; }
  // The protected object policy that counted for it; empty if there is none.
  std::string_view pop() const { return pop_; }
  // Set in warning mode alone: why this would have been denied, or held up until a step-up, without it. Has to be audited.
  std::optional<DenialReason> warning() const { return warning_; }

 private:
  friend class Judge;
  Permit(ObjectName object, Request request, std::uint64_t generation)
      : object_(std::move(object)), request_(std::move(request)), generation_(generation) {}

  ObjectName object_;
  Request request_;
  std::uint64_t generation_;
  std::string_view acl_;
  std::string_view pop_;
  std::optional<DenialReason> warning_;
};

// Permitted by the list, but the subject has to prove more before: there is no Permit until then. Somebody who is not
// logged in has to log in.
struct StepUp {
  int level = 0;  // the least that is needed
  identity::Subject subject;
  ObjectName object;
  Request request;
  std::string pop;         // that wants it
  std::string pop_object;  // where that is attached
  std::uint64_t generation = 0;
};

// A refusal, with all that the audit and an explanation need.
struct Denial {
  DenialReason reason = DenialReason::evaluation_error;
  bool login_could_help = false;  // the subject is not logged in, and a user might be permitted
  identity::Subject subject;
  ObjectName object;
  Request request;
  PermissionSet needed;    // of the operation
  PermissionSet granted;   // by the list below
  std::string acl;         // the list that refused; empty if none was reached
  std::string acl_object;  // where it is attached: for no_traverse the container that cannot be passed
  std::string pop;         // the POP that refused; empty if it was none
  std::string pop_object;
  std::uint64_t generation = 0;
};

using Decision = std::variant<Permit, StepUp, Denial>;

// May the subject use this method on this object? Needs T in the list of every container above the object, and all
// letters that `methods` asks for in the object's own list; an object without one has that of its nearest ancestor. Then
// the conditions of the protected object policy, which is found in the same way but by itself: the client's network, TLS,
// the level. Who has B in the object's list is free of them. In warning mode nothing is refused but what could not be
// evaluated.
Decision decide(const Policy& policy, const identity::Subject& subject, ObjectName object, const MethodMap& methods,
                const Environment& environment, Request request);

// The same for an operation that is no HTTP request. Nothing needed is an evaluation error, not a permit.
Decision decide(const Policy& policy, const identity::Subject& subject, ObjectName object, PermissionSet needed,
                const Environment& environment, Request request);

// How decide() comes to its answer, a line for each step: each list on the way with the entry that counted and what it
// gives, then the protected object policy, then the decision. Made by the same evaluation.
std::vector<std::string> explain(const Policy& policy, const identity::Subject& subject, const ObjectName& object,
                                 PermissionSet needed, const Environment& environment);

}  // namespace sallyport::authz
