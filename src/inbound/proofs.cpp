#include "inbound/proofs.hpp"

namespace sallyport::inbound {

using exchange::Exchange;

namespace {

// The credential at this level; null if that is no level of a user.
login::CredentialPtr at_level(const login::CredentialPtr& credential, int level) {
  if (credential->level() == level) return credential;
  identity::CredentialFields fields = credential->fields();
  fields.level = level;
  auto made = identity::Credential::make(std::move(fields));
  return made ? std::move(*made) : nullptr;
}

// What is known besides, and "level 2".
std::string detail_of(int level, const std::string& more) {
  return (more.empty() ? "" : more + ", ") + "level " + std::to_string(level);
}

}  // namespace

std::string_view words_for(ProofOutcome refusal) {
  switch (refusal) {
    case ProofOutcome::wrong_user:
      return "This session belongs to another user. Sign out first to go on as somebody else.";
    case ProofOutcome::level_too_low:
      return "This way of signing in is not the one that is asked for here.";
    default:
      return "";
  }
}

void Proofs::audit(const Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
                   const identity::Credential& credential, const Visitor& visitor, std::string_view detail) {
  log::AuditRecord record = x.audit_record("authn", action, outcome);
  record.reason = reason;
  record.user = credential.user().text();
  if (visitor.session) record.session = visitor.session->handle;
  record.detail = detail;
  commons_.logs.audit(record);
}

async::Task<ProofOutcome> Proofs::step_up_or_log_in(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                                    Proven proven) {
  const std::string method = proven.credential->method();
  // What has no level of its own is worth no more than the lowest.
  const int level = proven.level.value_or(snapshot.ladder.level_of(method).value_or(1));
  const login::CredentialPtr credential = at_level(proven.credential, level);
  if (!credential) co_return ProofOutcome::not_stored;  // no level of a user
  const bool any_user = !snapshot.settings->step_up.verify_step_up_user;
  const ProofOutcome outcome = authn::judge_proof(visitor.session.get(), *credential, snapshot.ladder, any_user);
  if (outcome == ProofOutcome::wrong_user) {
    const std::string whose = "session of " + std::string(visitor.session->owner().name());
    const std::string detail = proven.detail.empty() ? whose : proven.detail + ", " + whose;
    audit(x, "step-up", log::Outcome::failure, "wrong-user", *credential, visitor, detail);
    co_return outcome;
  }
  if (outcome == ProofOutcome::level_too_low) {
    const std::string wanted = ", wanted " + std::to_string(visitor.session->wanted_level);
    const std::string detail = detail_of(level, proven.detail) + wanted;
    audit(x, "step-up", log::Outcome::failure, "wrong-level", *credential, visitor, detail);
    co_return outcome;
  }
  const bool is_step_up = outcome == ProofOutcome::stepped_up;
  const bool stored = co_await sessions_.log_in(x, snapshot, visitor, credential, *proven.said_by);
  if (!stored) co_return ProofOutcome::not_stored;
  x.set_user(credential->user().to_string());
  const std::string detail = detail_of(level, proven.detail);
  audit(x, is_step_up ? "step-up" : proven.action, log::Outcome::success, method, *credential, visitor, detail);
  co_return outcome;
}

}  // namespace sallyport::inbound
