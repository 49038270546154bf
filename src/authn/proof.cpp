#include "authn/proof.hpp"

namespace sallyport::authn {

ProofOutcome judge_proof(const session::Session* session, const identity::Credential& credential,
                         const StepUpLadder& ladder, bool any_user) {
  if (session == nullptr || !session->owner().is_authenticated()) return ProofOutcome::logged_in;
  const identity::Credential& owner = session->owner().credential();
  const bool is_logged_in = session->subject.is_authenticated();
  const bool is_stepping_up = is_logged_in && session->wanted_level > 0;
  const bool is_same = owner.user() == credential.user();
  if ((is_stepping_up || !is_logged_in) && !is_same && !any_user) return ProofOutcome::wrong_user;
  if (is_stepping_up && !ladder.accepts(credential.level(), session->wanted_level)) return ProofOutcome::level_too_low;
  const bool is_higher = is_logged_in && is_same && credential.level() > owner.level();
  return is_higher ? ProofOutcome::stepped_up : ProofOutcome::logged_in;
}

}  // namespace sallyport::authn
