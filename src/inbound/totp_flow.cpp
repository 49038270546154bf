#include "inbound/totp_flow.hpp"

#include "inbound/login_pages.hpp"
#include "login/qr_code.hpp"
#include "login/totp_secret.hpp"

namespace sallyport::inbound {

using exchange::Exchange;

namespace {

constexpr std::string_view kScheme = "https";
constexpr const char* kMethod = "totp";
constexpr auto kRegistryTime = std::chrono::seconds(30);
constexpr int kMostRegistries = 4;
constexpr std::string_view kWrong = "The code is not right, or was used before. Please wait for the next one.";
constexpr std::string_view kIncomplete = "Please give the digits that your app shows.";
constexpr std::string_view kTooOld = "The page was too old. Please try again.";
constexpr std::string_view kNotEnrolled = "There is no app for this account yet.";
constexpr std::string_view kNotNoted = "used-code-not-noted";
constexpr std::size_t kGroup = 4;  // characters of a secret that people type

std::string in_groups(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i % kGroup == 0) out += ' ';
    out += text[i];
  }
  return out;
}

identity::CredentialFields proven_by_code(const identity::Credential& user) {
  identity::CredentialFields fields = user.fields();
  fields.method = kMethod;
  return fields;
}

}  // namespace

void TotpFlow::audit(const Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
                     const Visitor& visitor, std::string_view detail) {
  log::AuditRecord record = x.audit_record("authn", action, outcome);
  record.reason = reason;
  record.user = visitor.subject().name();
  if (visitor.session) record.session = visitor.session->handle;
  record.detail = detail;
  commons_.logs.audit(record);
}

// Asks the registry who the user is now, and for his secret.
async::Task<TotpFlow::Verdict> TotpFlow::compare(const Snapshot& snapshot, std::string user, std::string code,
                                                 async::Deadline deadline) {
  Verdict verdict;
  for (int asked = 1;; ++asked) {
    verdict.said_by = commons_.published.get()->registry;
    const Result<login::CredentialPtr> known = co_await verdict.said_by->look_up(user, deadline);
    if (!known) {
      const Errc why = known.error().code;
      const bool is_nobody = why == Errc::not_found || why == Errc::denied || why == Errc::malformed;
      verdict.checked = is_nobody ? Checked::wrong : Checked::unavailable;
      verdict.detail = known.error().detail;
      co_return verdict;
    }
    const Result<Secret> stored = co_await verdict.said_by->totp_secret(user, deadline);
    // A reload, or an administrator's change, has put another registry in its place: that one has to agree.
    if (commons_.published.get()->registry != verdict.said_by && asked < kMostRegistries) continue;
    if (!stored) {
      verdict.checked = Checked::unavailable;
      verdict.detail = stored.error().detail;
      co_return verdict;
    }
    if (stored->empty()) {
      verdict.checked = Checked::not_enrolled;
      co_return verdict;
    }
    const Result<Secret> secret = login::read_totp_secret(stored->reveal());
    if (!secret) {
      verdict.checked = Checked::unavailable;
      verdict.detail = secret.error().detail;
      co_return verdict;
    }
    const crypto::TotpRules rules = totp_rules(snapshot.settings->totp);
    const WallTime now = wall_now();
    const std::optional<std::uint64_t> step = crypto::match_totp(*secret, code, now, rules);
    if (!step) co_return verdict;
    std::string name((*known)->user().folded());
    const std::uint64_t present = crypto::totp_step(now, rules);
    const Result<bool> is_fresh = co_await use_code(std::move(name), *step, present, rules.window, deadline);
    if (!is_fresh) {
      verdict.checked = Checked::unavailable;
      verdict.trouble = kNotNoted;
      verdict.detail = is_fresh.error().to_string();
      co_return verdict;
    }
    if (!*is_fresh) {
      verdict.detail = "a code that was used before";
      co_return verdict;
    }
    auto credential = identity::Credential::make(proven_by_code(**known));
    if (!credential) {
      verdict.checked = Checked::unavailable;
      co_return verdict;
    }
    verdict.checked = Checked::right;
    verdict.credential = std::move(*credential);
    co_return verdict;
  }
}

// Notes that a code has been used, which lasts when it returns. False: it, or a later one, was used before.
async::Task<Result<bool>> TotpFlow::use_code(std::string folded_user, std::uint64_t step, std::uint64_t present,
                                             unsigned window, async::Deadline deadline) {
  if (!commons_.totp_memory->use(folded_user, step, present, window)) co_return false;
  if (!commons_.used_codes) co_return true;
  const Result<> noted = co_await commons_.used_codes->add(std::move(folded_user), step, deadline);
  if (!noted) co_return fail(noted.error());
  co_return true;
}

// With the throttle of all logins: a code has six digits.
async::Task<TotpFlow::Verdict> TotpFlow::check_code(Exchange& x, const Snapshot& snapshot, const Visitor& visitor,
                                                    std::string code) {
  const std::string user(visitor.subject().name());
  const IpAddress address = x.client().address;
  Verdict verdict;
  const auto wait = commons_.throttle.take(user, address, x.loop().now());
  if (wait) {
    verdict.checked = Checked::throttled;
    verdict.wait = *wait;
    audit(x, kMethod, log::Outcome::failure, "too-many-failures", visitor, "");
    co_return verdict;
  }
  const async::Deadline deadline = x.loop().in(kRegistryTime);
  Verdict compared = co_await compare(snapshot, user, std::move(code), deadline);
  switch (compared.checked) {
    case Checked::right:
      commons_.throttle.succeeded(user, address, x.loop().now());
      break;
    case Checked::wrong:
      audit(x, kMethod, log::Outcome::failure, "bad-credentials", visitor, compared.detail);
      break;
    case Checked::not_enrolled:
      commons_.throttle.released(user, address);
      audit(x, kMethod, log::Outcome::failure, "not-enrolled", visitor, "");
      break;
    case Checked::throttled:
    case Checked::unavailable:
      commons_.throttle.released(user, address);
      audit(x, kMethod, log::Outcome::failure, compared.trouble, visitor, compared.detail);
      commons_.logs.event(log::Level::warning, compared.trouble, compared.detail);
      break;
  }
  co_return compared;
}

async::Task<> TotpFlow::refuse_form(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                    authn::LoginRefusal refusal) {
  audit(x, kMethod, log::Outcome::failure, authn::name_of(refusal), visitor, "");
  co_await prompts_.refuse_form(x, snapshot, visitor, refusal, kIncomplete);
}

async::Task<> TotpFlow::serve_form(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                   Visitor& visitor, std::string body) {
  const auto code = authn::read_code_form(x.request(), body, visitor.session.get(), kScheme, target.authority(),
                                          authn::LoginFormLimits());
  if (!code) {
    co_await refuse_form(x, snapshot, visitor, code.error());
    co_return;
  }
  if (!visitor.subject().is_authenticated()) {
    co_await prompts_.show_login(x, snapshot, visitor, "Please sign in with your password first.", 200);
    co_return;
  }
  std::string digits = *code;
  Verdict verdict = co_await check_code(x, snapshot, visitor, std::move(digits));
  co_await accept(x, snapshot, visitor, std::move(verdict));
}

async::Task<> TotpFlow::accept(Exchange& x, const Snapshot& snapshot, Visitor& visitor, Verdict verdict) {
  switch (verdict.checked) {
    case Checked::throttled:
      co_await prompts_.show_throttled(x, snapshot, visitor, verdict.wait);
      co_return;
    case Checked::unavailable:
      x.add_response_header("Retry-After", "5");
      co_await x.refuse(503, std::string(verdict.trouble));
      co_return;
    case Checked::not_enrolled:
      co_await prompts_.show_login(x, snapshot, visitor, std::string(kNotEnrolled), 200);
      co_return;
    case Checked::wrong:
      co_await prompts_.show_login(x, snapshot, visitor, std::string(kWrong), 200);
      co_return;
    case Checked::right:
      break;
  }
  Proven proven;
  proven.credential = std::move(verdict.credential);
  proven.said_by = std::move(verdict.said_by);
  proven.action = kMethod;
  const ProofOutcome outcome = co_await proofs_.step_up_or_log_in(x, snapshot, visitor, std::move(proven));
  if (outcome == ProofOutcome::logged_in || outcome == ProofOutcome::stepped_up) {
    co_await lead_on(x, snapshot, sessions_, visitor, "");
    co_return;
  }
  if (outcome == ProofOutcome::not_stored) {
    x.add_response_header("Retry-After", "1");
    co_await x.refuse(503, "the session could not be renewed");
    co_return;
  }
  co_await prompts_.show_login(x, snapshot, visitor, std::string(words_for(outcome)), 403);
}

async::Task<> TotpFlow::show_secret(Exchange& x, const Snapshot& snapshot, const Visitor& visitor, std::string error) {
  const std::string_view user = visitor.subject().name();
  const std::string folded(visitor.subject().credential().user().folded());
  const Secret secret =
      commons_.totp_memory->enrolment(visitor.session->handle, folded, login::new_totp_secret(), x.loop().now());
  const Secret uri = login::otpauth_uri(secret, totp_issuer(*snapshot.settings), user, totp_rules(snapshot.settings->totp));
  const auto code = login::QrCode::make(uri.reveal());
  if (!code) {
    co_await x.refuse(500, code.error().to_string());
    co_return;
  }
  authn::PageValues values;
  values.set("ERROR", error);
  values.set("REQUEST_ID", x.id());
  values.set("HOSTNAME", x.request().headers.find("Host").value_or(""));
  values.set("USERNAME", user);
  values.set("FORM_TOKEN", visitor.session->form_token.reveal());
  values.set("QR_SIDE", std::to_string(code->side()));
  values.set("QR_PATH", code->svg_path().reveal());
  values.set("TOTP_SECRET", in_groups(login::stored_totp_secret(secret).reveal()));
  exchange::Page page;
  page.body = snapshot.pages->render("totp.html", values, x.request().headers);
  co_await x.respond(std::move(page));
}

async::Task<> TotpFlow::confirm(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                Visitor& visitor, bool is_enrolled) {
  const authn::LoginFormLimits limits;
  const Result<std::string> body = co_await x.read_body(limits.max_body);
  if (!body) {
    x.close_afterwards();
    const int status = body.error().code == Errc::too_large ? 413 : 400;
    co_await x.refuse(status, body.error().to_string());
    co_return;
  }
  const auto code = authn::read_code_form(x.request(), *body, visitor.session.get(), kScheme, target.authority(), limits);
  const bool is_incomplete = !code && code.error() == authn::LoginRefusal::incomplete;
  if (!code && !is_incomplete) {
    audit(x, "totp-enrolment", log::Outcome::failure, authn::name_of(code.error()), visitor, "");
    const int status = code.error() == authn::LoginRefusal::wrong_method ? 405 : 403;
    co_await x.refuse(status, "form for one-time passwords");
    co_return;
  }
  const std::string folded(visitor.subject().credential().user().folded());
  const auto secret = commons_.totp_memory->find_enrolment(visitor.session->handle, folded, x.loop().now());
  if (!secret) {
    co_await show_secret(x, snapshot, visitor, std::string(kTooOld));
    co_return;
  }
  const crypto::TotpRules rules = totp_rules(snapshot.settings->totp);
  const WallTime now = wall_now();
  const auto step = code ? crypto::match_totp(*secret, *code, now, rules) : std::nullopt;
  if (!step) {
    const std::string_view words = is_incomplete ? kIncomplete : kWrong;
    co_await show_secret(x, snapshot, visitor, std::string(words));
    co_return;
  }
  const std::shared_ptr<login::PasswordRegistry> registry = commons_.published.get()->registry;
  std::string user(visitor.subject().name());
  Secret stored = login::stored_totp_secret(*secret);
  const async::Deadline deadline = x.loop().in(kRegistryTime);
  // The code has been shown to us: it is none to log in by.
  std::string name = folded;
  const std::uint64_t present = crypto::totp_step(now, rules);
  const Result<bool> noted = co_await use_code(std::move(name), *step, present, rules.window, deadline);
  if (!noted) {
    audit(x, "totp-enrolment", log::Outcome::failure, kNotNoted, visitor, noted.error().detail);
    co_await x.refuse(503, noted.error().to_string());
    co_return;
  }
  const Result<> done =
      co_await registry->store_totp_secret(std::move(user), std::move(stored), is_enrolled, deadline);
  if (!done) {
    audit(x, "totp-enrolment", log::Outcome::failure, "not-stored", visitor, done.error().detail);
    const int status = done.error().code == Errc::already_exists ? 403 : 503;
    co_await x.refuse(status, done.error().to_string());
    co_return;
  }
  commons_.totp_memory->end_enrolment(visitor.session->handle);
  audit(x, "totp-enrolment", log::Outcome::success, is_enrolled ? "changed" : "first", visitor, "");
  co_await show_page(x, snapshot, "totp_done.html", visitor, "", 200);
}

async::Task<std::optional<int>> TotpFlow::serve_enrolment(Exchange& x, const Snapshot& snapshot,
                                                          const http::CanonicalTarget& target, Visitor& visitor) {
  const config::TotpSettings& settings = snapshot.settings->totp;
  const std::optional<int> level = snapshot.ladder.level_of(kMethod);
  const bool is_on = settings.totp_auth != config::AuthTransport::none && settings.enrolment_page;
  if (!is_on || !level || !x.client().secure) {
    co_await x.refuse(404, "the page for one-time passwords is off");
    co_return std::nullopt;
  }
  if (!visitor.subject().is_authenticated()) co_return 0;
  const std::shared_ptr<login::PasswordRegistry> registry = commons_.published.get()->registry;
  std::string user(visitor.subject().name());
  const async::Deadline deadline = x.loop().in(kRegistryTime);
  const Result<Secret> stored = co_await registry->totp_secret(std::move(user), deadline);
  if (!stored) {
    x.add_response_header("Retry-After", "5");
    co_await x.refuse(503, stored.error().to_string());
    co_return std::nullopt;
  }
  const bool is_enrolled = !stored->empty();
  if (is_enrolled && visitor.subject().level() < *level) {
    audit(x, "totp-enrolment", log::Outcome::failure, "level-too-low", visitor, "");
    co_return *level;
  }
  // What a login on the way here has kept is this page; nobody is to be led here again by it.
  if (visitor.session->parked && visitor.session->parked->target == target.path()) {
    const Sessions::Change drop = [](const session::Session& now) { return session::with_parked(now, nullptr); };
    co_await sessions_.change(visitor, drop);
  }
  if (x.request().method == "POST") {
    co_await confirm(x, snapshot, target, visitor, is_enrolled);
  } else {
    co_await show_secret(x, snapshot, visitor, "");
  }
  co_return std::nullopt;
}

}  // namespace sallyport::inbound
