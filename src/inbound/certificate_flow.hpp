#pragma once

#include "inbound/client_connection.hpp"
#include "inbound/proofs.hpp"

namespace sallyport::inbound {

// Logging in, or proving more, by a certificate that the client is asked for when it is needed: one state machine with
// several ways to ask (authn::next_delivery). The form's POST is read once; every step after it is a GET of /pkmscert,
// which may be repeated. Whichever connection brings the answer, the session gets it: by a request with its cookie on
// the very connection that was asked for this login, after a full handshake or a late request of ours, and once.
class CertificateFlow {
 public:
  // All must outlive it.
  CertificateFlow(Commons& commons, Sessions& sessions, Proofs& proofs)
      : commons_(commons), sessions_(sessions), proofs_(proofs) {}

  // Begins a login for the visitor's session, which there must be, and answers: a form has been sent, or a page would
  // only have one button.
  async::Task<> begin(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, ClientConnection& connection);
  // Answers a request for /pkmscert.
  async::Task<> go_on(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, ClientConnection& connection);

  // Logs a visitor in by the certificate of a connection that was asked in its handshake by its host's rules. False: the
  // exchange has been answered.
  async::Task<bool> log_in_by_connection(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                         ClientConnection& connection);

 private:
  struct Step;
  async::Task<> judge_or_deliver(Step& step);
  async::Task<> deliver(Step& step);
  async::Task<> reconnect(Step& step, bool with_tickets);
  async::Task<> ask_in_place(Step& step);
  async::Task<> judge(Step& step, std::vector<std::string> presented);
  async::Task<> log_in(Step& step, const identity::CertificateFacts& facts);
  // `status` 0: it has gone well.
  struct Outcome {
    int status = 0;
    std::string reason;
    std::string words;
    std::string detail;
  };
  async::Task<Outcome> store(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                             const identity::CertificateFacts& facts, std::string how);
  bool makes_browser_forget(Step& step, std::string_view reason);
  async::Task<> fail_with(Step& step, std::string reason, std::string words, std::string detail, int status = 403);
  void audit(const exchange::Exchange& x, log::Outcome outcome, std::string_view reason, std::string_view user,
             const Visitor& visitor, std::string_view detail);

  Commons& commons_;
  Sessions& sessions_;
  Proofs& proofs_;
};

}  // namespace sallyport::inbound
