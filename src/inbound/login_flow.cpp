#include "inbound/login_flow.hpp"

#include "base/text.hpp"
#include "inbound/certificate_forgetting.hpp"
#include "inbound/login_pages.hpp"
#include "inbound/offered_methods.hpp"
#include "inbound/prompts.hpp"
#include "session/same_origin.hpp"

namespace sallyport::inbound {

using exchange::Exchange;

namespace {

constexpr std::string_view kScheme = "https";
// One text for an unknown user, a wrong password and an account that is not valid (attack F11).
constexpr std::string_view kWrong = "The user name or the password is not right.";
constexpr auto kRegistryTime = std::chrono::seconds(30);
// How many registries are asked for one login, when each is replaced while it answers.
constexpr int kMostRegistries = 4;

constexpr std::size_t kSchemeAndSlashes = 8;  // bytes

// The interface whose page has sent a form to the one for logins.
std::optional<std::uint16_t> port_of_sender(const Exchange& x, const Snapshot& snapshot) {
  const std::string_view origin = x.request().headers.find("Origin").value_or("");
  for (const Interface& interface : snapshot.interfaces) {
    if (interface.tls && !interface.is_for_logins && equal_ignoring_case(base_on_port(x, interface.https_port), origin)) {
      return interface.https_port;
    }
  }
  return std::nullopt;
}

}  // namespace

void LoginFlow::audit(const Exchange& x, std::string_view action, log::Outcome outcome, std::string_view reason,
                      std::string_view user, const Visitor* visitor, std::string_view detail) {
  log::AuditRecord record = x.audit_record("authn", action, outcome);
  record.reason = reason;
  record.user = user;
  if (visitor != nullptr && visitor->session) record.session = visitor->session->handle;
  record.detail = detail;
  commons_.logs.audit(record);
}

// The body of one of our own forms; without one the exchange has been answered.
async::Task<std::optional<std::string>> LoginFlow::read_form(Exchange& x, std::size_t max_body) {
  Result<std::string> body = co_await x.read_body(max_body);
  if (body) co_return std::move(*body);
  x.close_afterwards();
  const int status = body.error().code == Errc::too_large ? 413 : 400;
  co_await x.refuse(status, body.error().to_string());
  co_return std::nullopt;
}

// Keeps the request and asks who its sender is: by a page, or at once where that page would only have one button.
async::Task<> LoginFlow::interrupt(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                   Visitor& visitor, int level, ClientConnection& connection) {
  const bool kept = co_await prompts_.keep(x, snapshot, target, visitor, level);
  if (!kept) co_return;
  const bool at_once = snapshot.settings->certificate_login.disable_cert_login_page &&
                       methods_to_show(x, snapshot, visitor) == std::vector{authn::Method::certificate};
  if (at_once) {
    co_await certificate_flow_.begin(x, snapshot, visitor, connection, snapshot.interface_of(x.client()).https_port);
  } else {
    co_await prompts_.show_login(x, snapshot, visitor, "", 200);
  }
}

async::Task<> LoginFlow::challenge_to_step_up(Exchange& x, const Snapshot& snapshot,
                                              const http::CanonicalTarget& target, Visitor& visitor, int level,
                                              ClientConnection& connection) {
  if (offered_for(x, snapshot, level).empty()) {
    co_await x.refuse(403, "no method of login reaches the level that is needed");
    co_return;
  }
  if (shows_pages(x.request()) && is_navigation(x.request())) {
    co_await interrupt(x, snapshot, target, visitor, level, connection);
    co_return;
  }
  exchange::Page page;
  page.status = 401;
  page.type = "application/json";
  page.body = "{\"status\":401,\"error\":\"step-up required\",\"level\":" + std::to_string(level) +
              ",\"request_id\":\"" + x.id() + "\"}\n";
  co_await x.respond(std::move(page));
}

async::Task<> LoginFlow::challenge(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                   Visitor& visitor, int level, ClientConnection& connection) {
  const config::Settings& settings = *snapshot.settings;
  const bool forms = is_offered(x, snapshot, authn::Method::password) ||
                     is_offered(x, snapshot, authn::Method::certificate);
  const bool basic = settings.ba.ba_auth != config::AuthTransport::none && x.client().secure;
  if (forms && shows_pages(x.request()) && is_navigation(x.request())) {
    co_await interrupt(x, snapshot, target, visitor, level, connection);
    co_return;
  }
  if (!basic && !forms) {
    co_await x.refuse(403, "no method of login is configured");
    co_return;
  }
  // A browser would show a dialogue of its own for it, in the middle of somebody's page.
  const bool is_browser = x.request().headers.has("Sec-Fetch-Mode");
  if (basic && !(forms && is_browser)) {
    x.add_response_header("WWW-Authenticate",
                          "Basic realm=\"" + settings.ba.basic_auth_realm + "\", charset=\"UTF-8\"");
  }
  co_await x.refuse(401, "login required");
}

async::Task<LoginFlow::Verdict> LoginFlow::log_in(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                                  std::string user, Secret password, std::string_view method) {
  for (int asked = 1;; ++asked) {
    Secret copy = password;
    Verdict verdict = co_await check_password(x, user, std::move(copy), method);
    if (verdict.checked != Checked::accepted) co_return verdict;
    // A reload, or an administrator's change, has put another registry in its place: that one has to agree.
    if (commons_.published.get()->registry != verdict.said_by && asked < kMostRegistries) continue;
    Proven proven;
    proven.credential = verdict.credential;
    proven.said_by = verdict.said_by;
    proven.action = method;
    const ProofOutcome outcome = co_await proofs_.step_up_or_log_in(x, snapshot, visitor, std::move(proven));
    if (outcome == ProofOutcome::not_stored) verdict.checked = Checked::not_stored;
    if (outcome == ProofOutcome::wrong_user || outcome == ProofOutcome::level_too_low) {
      verdict.checked = Checked::not_wanted;
      verdict.words = words_for(outcome);
    }
    co_return verdict;
  }
}

async::Task<LoginFlow::Verdict> LoginFlow::check_password(Exchange& x, std::string user, Secret password,
                                                          std::string_view method) {
  Verdict verdict;
  const IpAddress address = x.client().address;
  const auto wait = commons_.throttle.take(user, address, x.loop().now());
  if (wait) {
    verdict.checked = Checked::throttled;
    verdict.wait = *wait;
    audit(x, method, log::Outcome::failure, "too-many-failures", user, nullptr, "");
    co_return verdict;
  }
  const async::Deadline deadline = x.loop().in(kRegistryTime);
  verdict.said_by = commons_.published.get()->registry;
  Result<login::CredentialPtr> answer = co_await verdict.said_by->authenticate(user, std::move(password), deadline);
  if (answer) {
    commons_.throttle.succeeded(user, address, x.loop().now());
    verdict.checked = Checked::accepted;
    verdict.credential = std::move(*answer);
    co_return verdict;
  }
  const Errc code = answer.error().code;
  if (code == Errc::denied || code == Errc::malformed) {
    // Another answer to the latter would say that the password was right (attack F11).
    const std::string_view reason = code == Errc::denied ? "bad-credentials" : "user-not-readable";
    audit(x, method, log::Outcome::failure, reason, user, nullptr, answer.error().detail);
    co_return verdict;
  }
  commons_.throttle.released(user, address);
  verdict.checked = Checked::unavailable;
  audit(x, method, log::Outcome::failure, "registry-unavailable", user, nullptr, answer.error().detail);
  commons_.logs.event(log::Level::warning, "registry-unavailable", answer.error().to_string());
  co_return verdict;
}

async::Task<> LoginFlow::serve_form(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                    Visitor& visitor, ClientConnection& connection) {
  const bool by_password = is_offered(x, snapshot, authn::Method::password);
  const bool by_certificate = is_offered(x, snapshot, authn::Method::certificate);
  const bool by_code = is_offered(x, snapshot, authn::Method::totp);
  if (!by_password && !by_certificate && !by_code) {
    co_await x.refuse(404, "login by form is off");
    co_return;
  }
  const authn::LoginFormLimits limits;
  std::optional<std::string> body = co_await read_form(x, limits.max_body);
  if (!body) co_return;
  const std::string type = authn::login_form_type(*body, limits);
  if (by_certificate && type == "cert") {
    co_await serve_certificate(x, snapshot, target, visitor, connection, std::move(*body));
  } else if (by_code && type == "totp") {
    co_await totp_flow_.serve_form(x, snapshot, target, visitor, std::move(*body));
  } else if (by_password) {
    co_await serve_password(x, snapshot, target, visitor, std::move(*body));
  } else {
    co_await refuse_form(x, snapshot, visitor, authn::LoginRefusal::unsupported);
  }
}

async::Task<> LoginFlow::refuse_form(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                     authn::LoginRefusal refusal) {
  audit(x, "login", log::Outcome::failure, authn::name_of(refusal), "", &visitor, "");
  co_await prompts_.refuse_form(x, snapshot, visitor, refusal, "Please give your user name and your password.");
}

async::Task<> LoginFlow::serve_certificate(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                           Visitor& visitor, ClientConnection& connection, std::string body) {
  http::RequestHead head = x.request();
  std::string authority = target.authority();
  std::uint16_t https_port = snapshot.interface_of(x.client()).https_port;
  if (snapshot.interface_of(x.client()).is_for_logins) {
    // Sent by a page of another port (%SECONDARY_BASE%), which is another origin of the same site.
    https_port = port_of_sender(x, snapshot).value_or(https_port);
    authority = base_on_port(x, https_port).substr(kSchemeAndSlashes);
    head.headers.remove("Sec-Fetch-Site");
  }
  const auto checked =
      authn::check_token_form(head, body, visitor.session.get(), kScheme, authority, authn::LoginFormLimits());
  if (!checked) {
    co_await refuse_form(x, snapshot, visitor, checked.error());
    co_return;
  }
  co_await certificate_flow_.begin(x, snapshot, visitor, connection, https_port);
}

async::Task<> LoginFlow::serve_password(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                        Visitor& visitor, std::string body) {
  auto attempt = authn::read_login_form(x.request(), body, visitor.session.get(), kScheme, target.authority(),
                                        authn::LoginFormLimits());
  wipe(body);
  if (!attempt) {
    co_await refuse_form(x, snapshot, visitor, attempt.error());
    co_return;
  }
  const Verdict verdict =
      co_await log_in(x, snapshot, visitor, std::move(attempt->user), std::move(attempt->password), "login");
  if (verdict.checked == Checked::throttled) {
    co_await prompts_.show_throttled(x, snapshot, visitor, verdict.wait);
    co_return;
  }
  if (verdict.checked == Checked::unavailable) {
    x.add_response_header("Retry-After", "5");
    co_await x.refuse(503, "the registry does not answer");
    co_return;
  }
  if (verdict.checked == Checked::refused) {
    co_await prompts_.show_login(x, snapshot, visitor, std::string(kWrong), 200);
    co_return;
  }
  if (verdict.checked == Checked::not_stored) {
    x.add_response_header("Retry-After", "1");
    co_await x.refuse(503, "the session could not be renewed");
    co_return;
  }
  if (verdict.checked == Checked::not_wanted) {
    co_await prompts_.show_login(x, snapshot, visitor, std::string(verdict.words), 403);
    co_return;
  }
  co_await lead_on(x, snapshot, sessions_, visitor, "");
}

async::Task<> LoginFlow::serve_enrolment(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                         Visitor& visitor, ClientConnection& connection) {
  const std::optional<int> needed = co_await totp_flow_.serve_enrolment(x, snapshot, target, visitor);
  if (!needed) co_return;
  if (visitor.subject().is_authenticated()) {
    co_await challenge_to_step_up(x, snapshot, target, visitor, *needed, connection);
  } else {
    co_await challenge(x, snapshot, target, visitor, 0, connection);
  }
}

async::Task<> LoginFlow::finish_logout(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                       ClientConnection& connection) {
  if (visitor.session && visitor.session->owner().is_authenticated()) {
    audit(x, "logout", log::Outcome::success, "user", visitor.session->owner().name(), &visitor, "");
  }
  const Visitor before = visitor;
  const bool has_chosen = before.session && session::was_proved_by(*before.session, "certificate");
  const bool forgets =
      has_chosen && snapshot.settings->certificate_login.forget_certificate_at_logout &&
      begin_forgetting(commons_, x, connection, CertificateAttempts::Remembered::certificate);
  co_await sessions_.end(x, snapshot, visitor);
  const std::string_view section = forgets ? "FORGETCERT" : "";
  co_await show_page(x, snapshot, "logout.html", before, "", 200, section);
}

async::Task<> LoginFlow::serve_logout(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                      Visitor& visitor, ClientConnection& connection) {
  const http::RequestHead& request = x.request();
  if (request.method == "GET" || request.method == "HEAD") {
    // An image or a link on somebody else's page must not end a session (attack F9); the user's own click, the address
    // bar and programs may.
    const bool foreign =
        session::initiator_of(request.headers, kScheme, target.authority()) == session::Initiator::other_page;
    const auto destination = request.headers.find("Sec-Fetch-Dest");
    const bool navigation = !destination || *destination == "document";
    if (visitor.session && visitor.session->owner().is_authenticated() && (foreign || !navigation)) {
      co_await show_page(x, snapshot, "logout_confirm.html", visitor, "", 200);
      co_return;
    }
    co_await finish_logout(x, snapshot, visitor, connection);
    co_return;
  }
  const authn::LoginFormLimits limits;
  std::optional<std::string> body = co_await read_form(x, limits.max_body);
  if (!body) co_return;
  const auto checked =
      authn::check_token_form(request, *body, visitor.session.get(), kScheme, target.authority(), limits);
  if (!checked) {
    const int status = checked.error() == authn::LoginRefusal::wrong_method ? 405 : 403;
    co_await x.refuse(status, "logout form");
    co_return;
  }
  co_await finish_logout(x, snapshot, visitor, connection);
}

async::Task<> LoginFlow::serve(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                               Visitor& visitor, authn::LocalUrl url, ClientConnection& connection) {
  const bool shows_login = is_offered(x, snapshot, authn::Method::password) ||
                           is_offered(x, snapshot, authn::Method::certificate);
  switch (url) {
    case authn::LocalUrl::login_form: co_await serve_form(x, snapshot, target, visitor, connection); co_return;
    case authn::LocalUrl::forget: co_await serve_forgetting(x, target); co_return;
    case authn::LocalUrl::certificate: co_await certificate_flow_.go_on(x, snapshot, visitor, connection); co_return;
    case authn::LocalUrl::totp: co_await serve_enrolment(x, snapshot, target, visitor, connection); co_return;
    case authn::LocalUrl::logout: {
      const bool is_user = visitor.session && visitor.session->owner().is_authenticated();
      if (is_user || snapshot.settings->acnt_mgt.allow_unauthenticated_logout) {
        co_await serve_logout(x, snapshot, target, visitor, connection);
        co_return;
      }
      if (!shows_login) break;
      co_await prompts_.show_login(x, snapshot, visitor, "", 200);
      co_return;
    }
    case authn::LocalUrl::help: co_await show_page(x, snapshot, "help.html", visitor, "", 200); co_return;
    case authn::LocalUrl::login:
      if (!shows_login) break;
      // Whoever asks for it by its name gives up the step-up that was begun.
      if (visitor.session && visitor.session->wanted_level > 0) {
        const Sessions::Change drop = [](const session::Session& now) { return session::with_wanted_level(now, 0); };
        co_await sessions_.change(visitor, drop);
      }
      co_await prompts_.show_login(x, snapshot, visitor, "", 200);
      co_return;
    case authn::LocalUrl::unknown:
    case authn::LocalUrl::none: break;
  }
  co_await x.refuse(404, "no such page of the proxy");
}

async::Soon<bool> LoginFlow::try_basic(Exchange& x, const Snapshot& snapshot, Visitor& visitor) {
  if (snapshot.settings->ba.ba_auth == config::AuthTransport::none || !x.client().secure) return true;
  if (visitor.session && visitor.session->subject.is_authenticated()) return true;
  if (!x.request().headers.has("Authorization")) return true;
  return log_in_by_basic(x, snapshot, visitor);
}

async::Task<bool> LoginFlow::log_in_by_basic(Exchange& x, const Snapshot& snapshot, Visitor& visitor) {
  if (x.request().headers.count("Authorization") > 1) {
    co_await x.refuse(400, "two Authorization fields");
    co_return false;
  }
  auto credentials = http::parse_basic(*x.request().headers.find("Authorization"));
  if (!credentials && credentials.error().code == Errc::not_found) co_return true;  // another scheme: not ours
  if (!credentials) {
    co_await x.refuse(400, credentials.error().to_string());
    co_return false;
  }
  const bool blank = credentials->password.reveal().find_first_not_of(" \t") == std::string_view::npos;
  Verdict verdict;
  if (!blank) {
    Verdict given = co_await log_in(x, snapshot, visitor, credentials->user, std::move(credentials->password), "basic");
    verdict = std::move(given);
  }
  if (verdict.checked == Checked::accepted) co_return true;
  if (verdict.checked == Checked::not_wanted) {
    co_await x.refuse(403, verdict.words);
    co_return false;
  }
  if (verdict.checked == Checked::unavailable || verdict.checked == Checked::not_stored) {
    x.add_response_header("Retry-After", "5");
    co_await x.refuse(503, "the registry does not answer");
    co_return false;
  }
  if (verdict.checked == Checked::throttled) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(verdict.wait).count();
    x.add_response_header("Retry-After", std::to_string(seconds));
    co_await x.refuse(429, "too many failed logins");
    co_return false;
  }
  x.add_response_header("WWW-Authenticate",
                        "Basic realm=\"" + snapshot.settings->ba.basic_auth_realm + "\", charset=\"UTF-8\"");
  co_await x.refuse(401, "wrong credentials");
  co_return false;
}

}  // namespace sallyport::inbound
