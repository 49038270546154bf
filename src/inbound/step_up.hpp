#pragma once

#include "authn/proof.hpp"
#include "inbound/prompts.hpp"

namespace sallyport::inbound {

// Somebody who has just proved who he is, by whatever method.
struct Proven {
  login::CredentialPtr credential;  // with the method's name: it decides the level
  // Of the method itself, where it knows better (a certificate's issuer, for instance); otherwise that of the ladder.
  std::optional<int> level;
  std::shared_ptr<login::PasswordRegistry> said_by;  // the registry that was asked for the user
  std::string_view action;                           // for the audit log: "login", "basic"
};

using authn::ProofOutcome;

// Raising the level of a session: what asks for it, and what makes of a proof a login or a step-up. One place, for all
// methods. A step-up is begun by the answer to a request whose policy wants a level (authz::StepUp); the session knows
// which (session::Session::wanted_level) and is served at the level that it has until it is done.
class StepUp {
 public:
  // All must outlive it.
  StepUp(Commons& commons, Sessions& sessions, Prompts& prompts)
      : commons_(commons), sessions_(sessions), prompts_(prompts) {}

  // Answers a request of a logged-in user that needs a higher level: parks it and shows the page with the methods that
  // reach it; 401 with JSON for a client that shows no pages and for what a page fetches on the side; 403 if there is
  // no such method.
  async::Task<> challenge(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                          Visitor& visitor, const authz::StepUp& wanted);

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
  Prompts& prompts_;
};

// What the reader of a login page is told.
std::string_view words_for(ProofOutcome refusal);

}  // namespace sallyport::inbound
