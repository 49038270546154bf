#pragma once

#include "authn/login_form.hpp"
#include "inbound/prompts.hpp"
#include "inbound/proofs.hpp"

namespace sallyport::inbound {

// One-time passwords: who is logged in proves more by a code of his app, and gives the app its secret. Where the secret is
// kept the registry knows; which codes were used, and which secrets are not confirmed yet, TotpMemory.
class TotpFlow {
 public:
  // All must outlive it.
  TotpFlow(Commons& commons, Sessions& sessions, Prompts& prompts, Proofs& proofs)
      : commons_(commons), sessions_(sessions), prompts_(prompts), proofs_(proofs) {}

  // Answers the login form with the type totp, whose body has been read. Its sender must be logged in: a code says who
  // somebody is to nobody else.
  async::Task<> serve_form(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                           Visitor& visitor, std::string body);

  // Answers a request for /pkmstotp: shows a new secret, and stores it when a code of it comes back. Whoever has one
  // already needs the level of one-time passwords, or a higher one (attack F15). Nothing: the exchange has been answered;
  // otherwise the level that the visitor must reach first, 0 for that of any user.
  async::Task<std::optional<int>> serve_enrolment(exchange::Exchange& x, const Snapshot& snapshot,
                                                  const http::CanonicalTarget& target, Visitor& visitor);

 private:
  enum class Checked : std::uint8_t { right, wrong, not_enrolled, throttled, unavailable };
  struct Verdict {
    Checked checked = Checked::wrong;
    login::CredentialPtr credential;
    std::shared_ptr<login::PasswordRegistry> said_by;
    Duration wait{};
    std::string detail;
    std::string_view trouble = "registry-unavailable";  // why it is unavailable
  };

  async::Task<Verdict> check_code(exchange::Exchange& x, const Snapshot& snapshot, const Visitor& visitor,
                                  std::string code);
  async::Task<Verdict> compare(const Snapshot& snapshot, std::string user, std::string code, async::Deadline deadline);
  async::Task<Result<bool>> use_code(std::string folded_user, std::uint64_t step, std::uint64_t present, unsigned window,
                                     async::Deadline deadline);
  async::Task<> accept(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, Verdict verdict);
  async::Task<> refuse_form(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                            authn::LoginRefusal refusal);
  async::Task<> show_secret(exchange::Exchange& x, const Snapshot& snapshot, const Visitor& visitor, std::string error);
  async::Task<> confirm(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                        Visitor& visitor, bool is_enrolled);
  void audit(const exchange::Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
             const Visitor& visitor, std::string_view detail);

  Commons& commons_;
  Sessions& sessions_;
  Prompts& prompts_;
  Proofs& proofs_;
};

}  // namespace sallyport::inbound
