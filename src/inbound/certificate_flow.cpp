#include "inbound/certificate_flow.hpp"

#include "http/media.hpp"
#include "inbound/certificate_forgetting.hpp"
#include "inbound/certificate_words.hpp"
#include "inbound/login_pages.hpp"
#include "login/certificate_users.hpp"

namespace sallyport::inbound {

using authn::Delivery;
using exchange::Exchange;

namespace {

constexpr std::string_view kPath = "/pkmscert";
// One for the connection that comes back, one for a connection that a browser may open beside it.
constexpr unsigned kTicketsToArm = 2;
constexpr auto kVerificationTime = std::chrono::seconds(30);
constexpr auto kRegistryTime = std::chrono::seconds(30);
constexpr int kMostRegistries = 4;
constexpr int kAnyLevel = 1;  // the proof's own is set where it is put into effect

authn::Deliveries allowed_by(const config::CertificateLoginSettings& settings) {
  authn::Deliveries allowed;
  allowed.armed_ticket = settings.armed_tickets;
  allowed.in_place = settings.ask_in_place;
  allowed.http_1_1 = settings.http_1_1_required;
  allowed.tls_1_2 = settings.tls_1_2_detour;
  allowed.other_port = settings.secondary_port != 0;
  allowed.most_rounds = settings.cert_prompt_max_tries;
  return allowed;
}

authn::ConnectionAbilities abilities_of(const ConnectionSecurity& security) {
  authn::ConnectionAbilities abilities;
  abilities.is_http_2 = security.is_http_2;
  abilities.is_tls_1_3 = security.stream->is_tls_1_3();
  abilities.can_be_asked = security.stream->late_request() != tls::LateRequest::none;
  return abilities;
}

}  // namespace

// One request of a login.
struct CertificateFlow::Step {
  Exchange& x;
  const Snapshot& snapshot;
  Visitor& visitor;
  ClientConnection& connection;
  CertificateAttempts::Attempt attempt;
  bool is_begin = false;  // came by another URL than ours, maybe by POST
  std::string asked_by;   // how the certificate was got, for the audit

  ConnectionSecurity& security() { return connection.security(); }
  // Has the client been sent to another interface to log in?
  bool is_elsewhere() const { return snapshot.interface_of(x.client()).is_for_logins; }
};

void CertificateFlow::audit(const Exchange& x, log::Outcome outcome, std::string_view reason, std::string_view user,
                            const Visitor& visitor, std::string_view detail) {
  log::AuditRecord record = x.audit_record("authn", "certificate", outcome);
  record.reason = reason;
  record.user = user;
  if (visitor.session) record.session = visitor.session->handle;
  record.detail = detail;
  commons_.logs.audit(record);
}

async::Task<> CertificateFlow::begin(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                     ClientConnection& connection, std::uint16_t https_port) {
  CertificateAttempts::Attempt attempt;
  attempt.id = commons_.certificate_attempts.begin(*visitor.id, https_port, x.loop().now());
  attempt.https_port = https_port;
  Step step{x, snapshot, visitor, connection, std::move(attempt), true};
  co_await judge_or_deliver(step);
}

// The connection may have been asked for this login, by its port or by its ticket.
async::Task<> CertificateFlow::judge_or_deliver(Step& step) {
  const bool by_port = step.is_elsewhere();
  if (!by_port && step.security().stream->armed_for() != step.attempt.id) {
    co_await deliver(step);
    co_return;
  }
  step.asked_by = name_of(by_port ? Delivery::other_port : Delivery::armed_ticket);
  std::vector<std::string> presented = step.security().stream->take_presented();
  co_await judge(step, std::move(presented));
}

async::Task<> CertificateFlow::go_on(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                     ClientConnection& connection) {
  if (!visitor.session || !offers_certificate_login(x, snapshot)) {
    co_await x.redirect("/pkmslogin", 303);
    co_return;
  }
  std::optional<CertificateAttempts::Attempt> attempt =
      commons_.certificate_attempts.find(*visitor.id, x.loop().now());
  if (!attempt) {
    // Reloaded, or come back to, after the login; or it has taken too long.
    if (visitor.subject().is_authenticated() && visitor.subject().credential().method() == "certificate") {
      co_await lead_on(x, snapshot, sessions_, visitor, "");
      co_return;
    }
    Step step{x, snapshot, visitor, connection, {}, false};
    co_await fail_with(step, "timed-out", std::string(words::kTimedOut), "no login by certificate is under way");
    co_return;
  }
  Step step{x, snapshot, visitor, connection, std::move(*attempt), false};
  co_await judge_or_deliver(step);
}

async::Task<> CertificateFlow::deliver(Step& step) {
  const config::CertificateLoginSettings& settings = step.snapshot.settings->certificate_login;
  const Delivery delivery =
      authn::next_delivery(abilities_of(step.security()), step.attempt.progress, allowed_by(settings));
  CertificateAttempts& attempts = commons_.certificate_attempts;
  const TimePoint now = step.x.loop().now();
  switch (delivery) {
    case Delivery::armed_ticket: co_await reconnect(step, true); co_return;
    case Delivery::tls_1_2:
      ++step.attempt.progress.detours;
      attempts.detour(step.x.client().peer.address, now);
      co_await reconnect(step, false);
      co_return;
    case Delivery::in_place:
      if (step.is_begin) break;
      co_await ask_in_place(step);
      co_return;
    case Delivery::http_1_1:
      if (step.is_begin) break;
      ++step.attempt.progress.http_1_1;
      attempts.proceed(*step.visitor.id, step.attempt.progress, now);
      step.x.require_http_1_1();
      co_return;
    case Delivery::other_port:
      step.attempt.progress.rounds = 0;
      attempts.proceed(*step.visitor.id, step.attempt.progress, now);
      co_await step.x.redirect(base_on_port(step.x, settings.secondary_port) + std::string(kPath), 303);
      co_return;
    case Delivery::none:
      co_await fail_with(step, "no-delivery", std::string(words::kCannot),
                         "after " + std::to_string(step.attempt.progress.rounds) + " connections");
      co_return;
  }
  // Whatever has to be repeated is a GET.
  co_await step.x.redirect(std::string(kPath), 303);
}

// Makes the client open another connection, whose handshake asks it.
async::Task<> CertificateFlow::reconnect(Step& step, bool with_tickets) {
  const TimePoint now = step.x.loop().now();
  ++step.attempt.progress.rounds;
  commons_.certificate_attempts.proceed(*step.visitor.id, step.attempt.progress, now);
  std::optional<Arming> arming;
  if (with_tickets) {
    arming = Arming{step.attempt.id, now + CertificateAttempts::kStep};
    // In front of the answer: the client has them when it reads the redirect. A failure shows when that is written.
    const Result<> sent = step.security().stream->send_tickets(kTicketsToArm);
    if (sent) step.connection.arm(arming->purpose, arming->until);
  }
  // A request by one of the old connections would only go round again.
  commons_.session_drains.drain(*step.visitor.id, arming);
  step.x.stream().close_connection_after();
  const int status = step.is_begin ? 303 : 307;
  co_await step.x.redirect(std::string(kPath), status);
}

async::Task<> CertificateFlow::ask_in_place(Step& step) {
  Exchange& x = step.x;
  tls::TlsStream& tls = *step.security().stream;
  const bool is_post_handshake = tls.late_request() == tls::LateRequest::post_handshake;
  ++step.attempt.progress.in_place;
  commons_.certificate_attempts.proceed(*step.visitor.id, step.attempt.progress, x.loop().now());
  if (!commons_.certificate_attempts.may_ask(step.attempt.id, x.loop().now())) {
    co_await fail_with(step, "too-many-questions", std::string(words::kTimedOut), "");
    co_return;
  }
  ++step.attempt.progress.asked;
  step.asked_by = is_post_handshake ? "post-handshake" : "renegotiation";
  const async::Deadline deadline = x.loop().in(step.snapshot.settings->certificate_login.cert_cache_timeout);
  const Result<> asked = co_await tls.request_certificate(deadline);
  commons_.certificate_attempts.answered(step.attempt.id);
  if (asked) {
    std::vector<std::string> presented = tls.take_presented();
    // Firefox, where its user has switched this on, sometimes shows none without having asked him.
    const bool in_doubt = presented.empty() && is_post_handshake && step.attempt.progress.rounds == 0 &&
                          step.snapshot.settings->certificate_login.armed_tickets;
    if (in_doubt) {
      co_await reconnect(step, true);
    } else {
      co_await judge(step, std::move(presented));
    }
    co_return;
  }
  if (asked.error().code == Errc::denied) {
    step.attempt.progress.refused_in_place = true;
    co_await deliver(step);
    co_return;
  }
  x.close_afterwards();
  if (asked.error().code == Errc::timeout) {
    co_await fail_with(step, "timed-out", std::string(words::kTimedOut), "asked in place");
    co_return;
  }
  // Chromium ends the connection to ask its user, and comes again with his answer.
  x.abandon(asked.error().to_string());
}

async::Task<> CertificateFlow::judge(Step& step, std::vector<std::string> presented) {
  // There is one result, whichever request brings it.
  commons_.certificate_attempts.end(*step.visitor.id);
  if (step.attempt.progress.detours > 0) commons_.certificate_attempts.end_detour(step.x.client().peer.address);
  if (presented.empty()) {
    co_await fail_with(step, std::string(pki::name_of(pki::CertificateFault::none_shown)),
                       std::string(words_for(pki::CertificateFault::none_shown)), "");
    co_return;
  }
  pki::PresentedChain chain{std::move(presented)};
  const async::Deadline deadline = step.x.loop().in(kVerificationTime);
  const ClientCertificate verdict = co_await step.snapshot.client_verifier->verify(std::move(chain), deadline);
  if (!verdict) {
    const pki::CertificateFault fault = verdict.error().fault;
    const int status = fault == pki::CertificateFault::unavailable ? 503 : 403;
    co_await fail_with(step, std::string(pki::name_of(fault)), std::string(words_for(fault)), verdict.error().detail,
                       status);
    co_return;
  }
  co_await log_in(step, *verdict);
}

async::Task<> CertificateFlow::log_in(Step& step, const identity::CertificateFacts& facts) {
  const session::SessionId before = *step.visitor.id;
  std::string how = "by " + step.asked_by;
  Outcome outcome = co_await store(step.x, step.snapshot, step.visitor, facts, std::move(how));
  if (outcome.status != 0) {
    step.asked_by.clear();  // the detail has it
    co_await fail_with(step, std::move(outcome.reason), std::move(outcome.words), std::move(outcome.detail),
                       outcome.status);
    co_return;
  }
  // The old cookie is dead, and the connections that carried it may go. This one is the new session's.
  step.connection.carries(*step.visitor.id);
  commons_.session_drains.drain(before);
  std::string base;
  if (step.is_elsewhere()) {
    base = base_on_port(step.x, step.attempt.https_port);
    step.x.stream().close_connection_after();
  }
  co_await lead_on(step.x, step.snapshot, sessions_, step.visitor, std::move(base));
}

// Finds the user and gives him the session.
async::Task<CertificateFlow::Outcome> CertificateFlow::store(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                                             const identity::CertificateFacts& facts,
                                                             std::string how) {
  const std::string detail = how + ", subject " + facts.subject + ", issuer " + facts.issuer + ", serial " + facts.serial;
  for (int asked = 1;; ++asked) {
    const std::shared_ptr<const Snapshot> current = commons_.published.get();
    const std::shared_ptr<login::PasswordRegistry> registry = current->registry;
    const async::Deadline deadline = x.loop().in(kRegistryTime);
    Result<login::CertificateUser> found =
        co_await login::find_certificate_user(current->certificate_rules, registry, facts, kAnyLevel, deadline);
    // A reload, or an administrator's change, has put another registry in its place: that one has to agree.
    if (commons_.published.get()->registry != registry && asked < kMostRegistries) continue;
    if (!found) {
      const Errc code = found.error().code;
      const std::string why = detail + ": " + found.error().detail;
      if (code == Errc::not_found) co_return Outcome{403, "unknown-user", std::string(words::kUnknownUser), why};
      if (code == Errc::denied) co_return Outcome{403, "account-invalid", std::string(words::kUnknownUser), why};
      // It has answered: asking again later would not help.
      if (code == Errc::malformed) co_return Outcome{403, "user-not-readable", std::string(words::kUnknownUser), why};
      commons_.logs.event(log::Level::warning, "registry-unavailable", found.error().to_string());
      co_return Outcome{503, "registry-unavailable", std::string(words::kUnavailable), why};
    }
    Proven proven;
    proven.credential = std::move(found->credential);
    proven.said_by = registry;
    proven.action = "certificate";
    proven.detail = detail;
    const auto level = current->certificate_rules.level_for(facts);
    if (level) proven.level = snapshot.ladder.level_named(*level);
    const ProofOutcome outcome = co_await proofs_.step_up_or_log_in(x, snapshot, visitor, std::move(proven));
    switch (outcome) {
      case ProofOutcome::logged_in:
      case ProofOutcome::stepped_up: co_return Outcome();
      case ProofOutcome::wrong_user: co_return Outcome{403, "wrong-user", std::string(words::kOtherUser), detail};
      case ProofOutcome::level_too_low: co_return Outcome{403, "wrong-level", std::string(words_for(outcome)), detail};
      case ProofOutcome::not_stored: break;
    }
    co_return Outcome{503, "not-stored", std::string(words::kUnavailable), detail};
  }
}

async::Task<bool> CertificateFlow::log_in_by_connection(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                                        ClientConnection& connection) {
  const ClientCertificate& certificate = *connection.security().certificate;
  if (!certificate) co_return true;
  Outcome outcome = co_await store(x, snapshot, visitor, *certificate, "by handshake");
  if (outcome.status == 0) {
    connection.security().given = visitor.id;
    co_return true;
  }
  audit(x, log::Outcome::failure, outcome.reason, "", visitor, outcome.detail);
  if (outcome.status == 403) co_return true;  // a visitor like others
  x.add_response_header("Retry-After", "5");
  co_await x.refuse(outcome.status, outcome.reason);
  co_return false;
}

// Whether the page that tells the failure makes the browser forget that it was to show none: it would not ask its user
// when he tries again.
bool CertificateFlow::makes_browser_forget(Step& step, std::string_view reason) {
  if (!step.snapshot.settings->certificate_login.forget_no_certificate) return false;
  const bool was_asked = step.security().stream->armed_for() == step.attempt.id && !step.attempt.id.empty();
  if (!was_asked || reason != pki::name_of(pki::CertificateFault::none_shown)) return false;
  return begin_forgetting(commons_, step.x, step.connection, CertificateAttempts::Remembered::no_certificate);
}

async::Task<> CertificateFlow::fail_with(Step& step, std::string reason, std::string words, std::string detail,
                                         int status) {
  commons_.certificate_attempts.end(*step.visitor.id);
  if (!step.asked_by.empty()) detail = "by " + step.asked_by + (detail.empty() ? "" : ", " + detail);
  audit(step.x, log::Outcome::failure, reason, step.visitor.subject().name(), step.visitor, detail);
  step.x.note_failure("certificate login: " + reason, Side::client);
  if (status == 503) step.x.add_response_header("Retry-After", "5");
  const auto accept = step.x.request().headers.find("Accept");
  const bool shows_pages = !accept || accept->find("*/*") != std::string_view::npos ||
                           http::prefers_html(step.x.request().headers);
  if (!shows_pages) {
    co_await step.x.refuse(status, reason);
    co_return;
  }
  const std::string_view section = makes_browser_forget(step, reason) ? "FORGETCERT" : "";
  co_await show_page(step.x, step.snapshot, "certfailure.html", step.visitor, std::move(words), status, section);
}

}  // namespace sallyport::inbound
