#include "inbound/login_pages.hpp"

#include <algorithm>

#include "http/authority.hpp"
#include "inbound/offered_methods.hpp"

namespace sallyport::inbound {

using exchange::Exchange;

namespace {

constexpr std::string_view kStepUpWords = "What you asked for needs a stronger sign-in than the one you have.";

std::optional<http::Authority> asked_for(const Exchange& x) {
  const auto host = x.request().headers.find("Host");
  auto authority = http::parse_authority(host.value_or(""));
  if (!authority) return std::nullopt;
  if (authority->host.ends_with('.')) authority->host.pop_back();
  return std::move(*authority);
}

}  // namespace

bool offers_certificate_login(const Exchange& x, const Snapshot& snapshot) {
  if (!snapshot.client_verifier || !x.client().secure) return false;
  const auto authority = asked_for(x);
  if (!authority) return false;
  const auto asks = [&](const Interface& interface) {
    return interface.client_auth.of(authority->host) == tls::ClientAuth::prompt_as_needed;
  };
  const Interface& here = snapshot.interface_of(x.client());
  return here.is_for_logins ? std::any_of(snapshot.interfaces.begin(), snapshot.interfaces.end(), asks) : asks(here);
}

bool is_stepping_up(const Visitor& visitor) {
  return visitor.subject().is_authenticated() && visitor.session->wanted_level > 0;
}

std::string base_on_port(const Exchange& x, std::uint16_t port) {
  auto authority = asked_for(x);
  if (port == 0 || !authority) return {};
  authority->port = port;
  return "https://" + authority->to_string(443);
}

async::Task<> show_page(Exchange& x, const Snapshot& snapshot, std::string name, const Visitor& visitor,
                        std::string error, int status, std::string_view section) {
  authn::PageValues values;
  if (!section.empty()) values.show(section);
  values.set("ERROR", error);
  values.set("REQUEST_ID", x.id());
  values.set("METHOD", x.request().method);
  values.set("PROTOCOL", "HTTPS");
  values.set("HOSTNAME", x.request().headers.find("Host").value_or(""));
  values.set("OLDSESSION", visitor.stale_cookie ? "1" : "0");
  values.set("SECONDARY_BASE", base_on_port(x, snapshot.settings->certificate_login.secondary_port));
  show_sections(values, methods_to_show(x, snapshot, visitor));
  if (is_stepping_up(visitor)) values.set("STEPUP", kStepUpWords);
  if (visitor.session) {
    values.set("FORM_TOKEN", visitor.session->form_token.reveal());
    if (visitor.session->owner().is_authenticated()) values.set("USERNAME", visitor.session->owner().name());
    if (visitor.session->wanted_level > 0) values.set("AUTHNLEVEL", std::to_string(visitor.session->wanted_level));
    if (visitor.session->parked) values.set("URL", visitor.session->parked->target);
  }
  exchange::Page page;
  page.status = status;
  page.body = snapshot.pages->render(name, values, x.request().headers);
  co_await x.respond(std::move(page));
}

async::Task<> lead_on(Exchange& x, const Snapshot& snapshot, Sessions& sessions, Visitor& visitor, std::string base) {
  const std::string& page = snapshot.settings->acnt_mgt.login_redirect_page;
  if (!page.empty()) {
    // What was interrupted must not happen by surprise when the user gets there some day.
    if (visitor.session->parked) {
      const Sessions::Change drop = [](const session::Session& now) { return session::with_parked(now, nullptr); };
      co_await sessions.change(visitor, drop);
    }
    co_await x.redirect(base + page, 302);
    co_return;
  }
  if (visitor.session->parked) {
    co_await x.redirect(base + visitor.session->parked->target, 302);
    co_return;
  }
  co_await show_page(x, snapshot, "login_success.html", visitor, "", 200);
}

}  // namespace sallyport::inbound
