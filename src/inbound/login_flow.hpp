#pragma once

#include "authn/local_urls.hpp"
#include "authn/login_form.hpp"
#include "http/basic_auth.hpp"
#include "inbound/certificate_flow.hpp"
#include "inbound/prompts.hpp"
#include "inbound/proofs.hpp"
#include "inbound/totp_flow.hpp"

namespace sallyport::inbound {

// The conversation by which a visitor becomes a user: the login page, what its form sends back, Basic credentials, the
// logout. Knows nothing of junctions; what was interrupted waits in the session.
class LoginFlow {
 public:
  // All must outlive it.
  LoginFlow(Commons& commons, Sessions& sessions, Prompts& prompts, Proofs& proofs, CertificateFlow& certificate_flow,
            TotpFlow& totp_flow)
      : commons_(commons),
        sessions_(sessions),
        prompts_(prompts),
        proofs_(proofs),
        certificate_flow_(certificate_flow),
        totp_flow_(totp_flow) {}

  // Answers a request for one of the proxy's own URLs (not LocalUrl::none).
  async::Task<> serve(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                      Visitor& visitor, authn::LocalUrl url, ClientConnection& connection);

  // Answers a request that needs a user: parks it and shows the login page, or asks for Basic credentials, or says 401
  // to a client that shows no pages and to what a page fetches on the side. `level`: that is needed; 0: any user will do.
  async::Task<> challenge(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                          Visitor& visitor, int level, ClientConnection& connection);

  // The same for a request of a logged-in user that needs a higher level. 403 if there is no method that reaches it.
  async::Task<> challenge_to_step_up(exchange::Exchange& x, const Snapshot& snapshot,
                                     const http::CanonicalTarget& target, Visitor& visitor, int level,
                                     ClientConnection& connection);

  // Logs a visitor without a session in by the Authorization field, if that method is on and the field is there. False:
  // the exchange has been answered.
  async::Soon<bool> try_basic(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);

 private:
  async::Task<bool> log_in_by_basic(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);
  enum class Checked : std::uint8_t { accepted, refused, throttled, unavailable, not_wanted, not_stored };
  struct Verdict {
    Checked checked = Checked::refused;
    login::CredentialPtr credential;
    std::shared_ptr<login::PasswordRegistry> said_by;
    Duration wait{};
    std::string_view words;  // of not_wanted, for the user
  };

  async::Task<> interrupt(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                          Visitor& visitor, int level, ClientConnection& connection);
  // Checks the password and makes the session; `accepted` means that both is done, `not_wanted` that the password is right
  // but the session is another user's, or wants another level.
  async::Task<Verdict> log_in(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, std::string user,
                              Secret password, std::string_view method);
  async::Task<Verdict> check_password(exchange::Exchange& x, std::string user, Secret password,
                                      std::string_view method);
  async::Task<> serve_form(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                           Visitor& visitor, ClientConnection& connection);
  async::Task<> serve_password(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                               Visitor& visitor, std::string body);
  async::Task<> serve_certificate(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                  Visitor& visitor, ClientConnection& connection, std::string body);
  async::Task<> refuse_form(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                            authn::LoginRefusal refusal);
  async::Task<> serve_enrolment(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                Visitor& visitor, ClientConnection& connection);
  async::Task<> serve_logout(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                             Visitor& visitor, ClientConnection& connection);
  async::Task<> finish_logout(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                              ClientConnection& connection);
  async::Task<std::optional<std::string>> read_form(exchange::Exchange& x, std::size_t max_body);
  void audit(const exchange::Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
             std::string_view user, const Visitor* visitor, std::string_view detail);

  Commons& commons_;
  Sessions& sessions_;
  Prompts& prompts_;
  Proofs& proofs_;
  CertificateFlow& certificate_flow_;
  TotpFlow& totp_flow_;
};

}  // namespace sallyport::inbound
