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

std::string conditions_of(const Policy::PopAttachment& attachment) {
  const Pop& pop = attachment.pop;
  std::string text = "POP " + pop.name.to_string() + " at " + attachment.object + ": ";
  if (pop.warning) text += "warning mode, ";
  return text + "quality of protection " + std::string(name_of(pop.protection));
}

// What of the POP counted for this client.
std::string pop_line(const Evaluation& result, const Environment& environment) {
  std::string text = conditions_of(*result.pop);
  if (result.is_pop_bypassed) return text + "; bypassed by the permission B";
  if (result.requirement == nullptr) return text + "; not looked at";
  text += "; " + environment.client.to_string();
  if (result.requirement->is_forbidden) return text + " is in a forbidden network";
  return text + " needs level " + std::to_string(result.requirement->level) + ", the subject has " +
         std::to_string(environment.level);
}

std::string plain_verdict(const Evaluation& result, PermissionSet needed) {
  if (result.outcome == Evaluation::Outcome::permitted) return "permitted: " + letters(needed) + " is granted";
  switch (result.reason) {
    case DenialReason::forbidden_network:
      return "denied: the network is forbidden";
    case DenialReason::privacy_required:
      return "denied: the connection is without TLS";
    case DenialReason::level_too_low:
      return "step-up: level " + std::to_string(result.requirement->level) + " has to be reached first";
    case DenialReason::no_traverse:
      return "denied: T is missing at " + result.attachment->object;
    case DenialReason::no_permission:
      return "denied: " + letters(needed - result.granted) + " is missing";
    default:
      return needed.empty() ? "denied: nothing was asked for" : "denied: there is no list for the object";
  }
}

std::string verdict(const Evaluation& result, PermissionSet needed) {
  const std::string text = plain_verdict(result, needed);
  return is_only_warned(result) ? "permitted by warning mode, otherwise " + text : text;
}

}  // namespace

std::vector<std::string> explain(const Policy& policy, const identity::Subject& subject, const ObjectName& object,
                                 PermissionSet needed, const Environment& environment) {
  std::vector<std::string> lines;
  lines.push_back("object " + log_escaped(object.text(), ObjectName::kMaxLength) + ", subject " +
                  std::string(subject.name()) + ", needs " + letters(needed));
  const auto tell = [&](const Policy::Attachment& attachment, const AclMatch& found, bool) {
    lines.push_back("ACL " + attachment.acl.name.to_string() + " at " + attachment.object + ": " +
                    entry_of(attachment.acl, subject, found.matched) + " gives " + letters(found.permissions));
  };
  const Evaluation result = evaluate(policy, subject, object, needed, environment, tell);
  if (result.pop != nullptr) lines.push_back(pop_line(result, environment));
  lines.push_back(verdict(result, needed));
  return lines;
}

}  // namespace sallyport::authz
