#pragma once

#include "authn/local_urls.hpp"
#include "authn/login_form.hpp"
#include "http/basic_auth.hpp"
#include "inbound/step_up.hpp"

namespace sallyport::inbound {

// The conversation by which a visitor becomes a user: the login page, what its form sends back, Basic credentials, the
// logout. Knows nothing of junctions; what was interrupted waits in the session.
class LoginFlow {
 public:
  // All must outlive it.
  LoginFlow(Commons& commons, Sessions& sessions, Prompts& prompts, StepUp& step_up)
      : commons_(commons), sessions_(sessions), prompts_(prompts), step_up_(step_up) {}

  // Answers a request for one of the proxy's own URLs (not LocalUrl::none).
  async::Task<> serve(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                      Visitor& visitor, authn::LocalUrl url);

  // Answers a request that needs a user: parks it and shows the login page, or asks for Basic credentials, or says 401
  // to a client that shows no pages and to what a page fetches on the side. `level`: that is needed; 0: any user will do.
  async::Task<> challenge(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                          Visitor& visitor, int level);

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

  // Checks the password and makes the session; `accepted` means that both is done, `not_wanted` that the password is right
  // but the session is another user's, or wants another level.
  async::Task<Verdict> log_in(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, std::string user,
                              Secret password, std::string_view method);
  async::Task<Verdict> check_password(exchange::Exchange& x, std::string user, Secret password,
                                      std::string_view method);
  async::Task<> serve_form(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                           Visitor& visitor);
  async::Task<> serve_logout(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                             Visitor& visitor);
  async::Task<> finish_logout(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);
  async::Task<std::optional<std::string>> read_form(exchange::Exchange& x, std::size_t max_body);
  void audit(const exchange::Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
             std::string_view user, const Visitor* visitor, std::string_view detail);

  Commons& commons_;
  Sessions& sessions_;
  Prompts& prompts_;
  StepUp& step_up_;
};

}  // namespace sallyport::inbound
