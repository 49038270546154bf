#pragma once

#include "authn/proof.hpp"
#include "inbound/sessions.hpp"

namespace sallyport::inbound {

// Somebody who has just proved who he is, by whatever method.
struct Proven {
  login::CredentialPtr credential;  // with the method's name: it decides the level
  // Of the method itself, where it knows better (a certificate's issuer, for instance); otherwise that of the ladder.
  std::optional<int> level;  // one that there is
  std::shared_ptr<login::PasswordRegistry> said_by;  // the registry that was asked for the user
  std::string_view action;                           // for the audit log, if it is no step-up: "login", "basic"
  std::string detail;                                // for the audit log; may be empty
};

using authn::ProofOutcome;

// What makes of a proof a login or a step-up: one place, for all methods. A step-up is begun by the answer to a request
// whose policy wants a level (authz::StepUp); the session knows which (session::Session::wanted_level) and is served at
// the level that it has until it is done.
class Proofs {
 public:
  // Both must outlive it.
  Proofs(Commons& commons, Sessions& sessions) : commons_(commons), sessions_(sessions) {}

  // Puts the proof into effect, if it may: see authn::judge_proof(). A change comes with a new session id, whose cookie
  // goes out with the answer, and with a line in the audit log; a refusal comes with such a line and leaves the session as
  // it was. Never answers. not_stored: the store did not answer, the session was gone or changed hands, or another
  // registry counts now.
  async::Task<ProofOutcome> step_up_or_log_in(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                              Proven proven);

 private:
  void audit(const exchange::Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
             const identity::Credential& credential, const Visitor& visitor, std::string_view detail);

  Commons& commons_;
  Sessions& sessions_;
};

// What the reader of a login page is told.
std::string_view words_for(ProofOutcome refusal);

}  // namespace sallyport::inbound
