#include "inbound/step_up.hpp"

#include "inbound/offered_methods.hpp"

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

std::string json_for(const authz::StepUp& wanted, std::string_view request_id) {
  return "{\"status\":401,\"error\":\"step-up required\",\"level\":" + std::to_string(wanted.level) +
         ",\"request_id\":\"" + std::string(request_id) + "\"}\n";
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

void StepUp::audit(const Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
                   const identity::Credential& credential, const Visitor& visitor, std::string_view detail) {
  log::AuditRecord record = x.audit_record("authn", action, outcome);
  record.reason = reason;
  record.user = credential.user().text();
  if (visitor.session) record.session = visitor.session->handle;
  record.detail = detail;
  commons_.logs.audit(record);
}

async::Task<> StepUp::challenge(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                Visitor& visitor, const authz::StepUp& wanted) {
  if (offered_for(snapshot, x.client(), wanted.level).empty()) {
    co_await x.refuse(403, "no method of login reaches the level that is needed");
    co_return;
  }
  if (shows_pages(x.request()) && is_navigation(x.request())) {
    co_await prompts_.interrupt(x, snapshot, target, visitor, wanted.level);
    co_return;
  }
  exchange::Page page;
  page.status = 401;
  page.type = "application/json";
  page.body = json_for(wanted, x.id());
  co_await x.respond(std::move(page));
}

async::Task<ProofOutcome> StepUp::step_up_or_log_in(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                                    Proven proven) {
  const std::string method = proven.credential->method();
  const std::optional<int> level = proven.level ? proven.level : snapshot.ladder.level_of(method);
  const login::CredentialPtr credential =
      level && snapshot.ladder.knows(*level) ? at_level(proven.credential, *level) : nullptr;
  if (!credential) {
    audit(x, proven.action, log::Outcome::failure, "no-such-level", *proven.credential, visitor, method);
    co_return ProofOutcome::level_too_low;
  }
  const bool any_user = !snapshot.settings->step_up.verify_step_up_user;
  const ProofOutcome outcome = authn::judge_proof(visitor.session.get(), *credential, snapshot.ladder, any_user);
  const std::string to_level = "level " + std::to_string(*level);
  if (outcome == ProofOutcome::wrong_user) {
    const std::string whose = "session of " + std::string(visitor.session->owner().name());
    audit(x, "step-up", log::Outcome::failure, "wrong-user", *credential, visitor, whose);
    co_return outcome;
  }
  if (outcome == ProofOutcome::level_too_low) {
    const std::string detail = to_level + ", wanted " + std::to_string(visitor.session->wanted_level);
    audit(x, "step-up", log::Outcome::failure, "wrong-level", *credential, visitor, detail);
    co_return outcome;
  }
  const bool is_step_up = outcome == ProofOutcome::stepped_up;
  const bool stored = co_await sessions_.log_in(x, snapshot, visitor, credential, *proven.said_by);
  if (!stored) co_return ProofOutcome::not_stored;
  x.set_user(credential->user().to_string());
  audit(x, is_step_up ? "step-up" : proven.action, log::Outcome::success, method, *credential, visitor, to_level);
  co_return outcome;
}

}  // namespace sallyport::inbound
