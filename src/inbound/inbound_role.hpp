// inbound: the reverse-proxy role. A connection comes in (client_connections); for each of its requests: who is it
// (sessions), may he (authz), if not: can a login help (login_flow), and if so: where does it go (junction,
// exchange::relay). The only loop over decisions is in handle(). It owns nothing but what one worker needs; what workers
// share is in Commons.
#pragma once

#include "http/target.hpp"
#include "inbound/login_flow.hpp"
#include "inbound/session_watch.hpp"
#include "inbound/sessions.hpp"
#include "upstream/pool.hpp"

namespace sallyport::inbound {

// One worker's part of the role. Loop-local.
class InboundRole {
 public:
  // The references must outlive it.
  InboundRole(async::Context context, Commons& commons, upstream::Pool& pool);

  // Answers one request, which came by this connection.
  async::Task<> handle(exchange::Exchange& x, const Snapshot& snapshot, ClientConnection& connection);

 private:
  async::Task<> deliver(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                        const Visitor& visitor, const Result<junction::Route>& found, authz::Permit permit);
  authz::Decision decide(const exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                         const Visitor& visitor, const Result<junction::Route>& route) const;
  bool is_ours(const exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target) const;
  void audit_misdirected(const exchange::Exchange& x, const http::CanonicalTarget& target, std::string_view reason);
  async::Task<bool> meets_client_auth(exchange::Exchange& x, const Snapshot& snapshot,
                                      const http::CanonicalTarget& target, const ConnectionSecurity& security);
  async::Task<bool> take_parked(exchange::Exchange& x, Visitor& visitor);
  async::Task<> step_up_or_refuse(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                  Visitor& visitor, const authz::Decision& decision, ClientConnection& connection);
  void audit_warning(const exchange::Exchange& x, const authz::Permit& permit, const Visitor& visitor);
  void audit_step_up(const exchange::Exchange& x, const authz::StepUp& wanted, const Visitor& visitor);
  void audit_denial(const exchange::Exchange& x, const authz::Denial& denial, const Visitor& visitor);

  Commons& commons_;
  upstream::Pool& pool_;
  Sessions sessions_;
  Prompts prompts_;
  Proofs proofs_;
  CertificateFlow certificate_flow_;
  TotpFlow totp_flow_;
  LoginFlow login_;
  SessionWatch session_watch_;
};

}  // namespace sallyport::inbound
