#pragma once

#include <cstdint>

#include "authn/step_up_ladder.hpp"
#include "session/session.hpp"

namespace sallyport::authn {

// What becomes of a proof of who somebody is.
enum class ProofOutcome : std::uint8_t {
  logged_in,      // a session of this user, at the level of his login
  stepped_up,     // the session that he had, at a higher level
  wrong_user,     // the session belongs to another user; it is as it was
  level_too_low,  // not what the step-up was begun for, or higher than that where this is not wanted; it is as it was
  not_stored,     // it would have been one of the first two, but could not be put into effect
};

// What should become of it; never not_stored. `session`: of the visitor; null if he has none. `credential`: with the
// level that this login gives. The user has to be the one whose session it is when a step-up is under way and when his
// login has lapsed, unless `any_user` (attack case F3); and the level that for which the step-up was begun. A user who
// is logged in and logs in once more without being asked to may be anybody: that is another login.
ProofOutcome judge_proof(const session::Session* session, const identity::Credential& credential,
                         const StepUpLadder& ladder, bool any_user);

}  // namespace sallyport::authn
