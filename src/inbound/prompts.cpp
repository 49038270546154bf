#include "inbound/prompts.hpp"

#include "http/framing.hpp"
#include "http/media.hpp"
#include "inbound/login_pages.hpp"
#include "inbound/offered_methods.hpp"

namespace sallyport::inbound {

using exchange::Exchange;

namespace {

constexpr std::string_view kScheme = "https";

// What a page fetches on the side must not take the place of the page in the session. Where the browser does not say,
// what asks for a page is what names HTML.
bool may_replace_parked(const http::RequestHead& head, const Visitor& visitor) {
  if (!visitor.session->parked || head.headers.has("Sec-Fetch-Mode")) return true;
  return head.method != "GET" || http::prefers_html(head.headers);
}

std::string in_words(Duration wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  return minutes <= 1 ? "in a minute" : "in " + std::to_string(minutes) + " minutes";
}

}  // namespace

bool is_navigation(const http::RequestHead& head) {
  if (const auto mode = head.headers.find("Sec-Fetch-Mode")) return *mode == "navigate";
  return !head.asks_for_tunnel && !http::asks_for_websocket(head);
}

bool shows_pages(const http::RequestHead& head) {
  const auto accept = head.headers.find("Accept");
  return !accept || accept->find("*/*") != std::string_view::npos || http::prefers_html(head.headers);
}

// False: the exchange has been answered.
async::Task<bool> Prompts::ensure_session(Exchange& x, const Snapshot& snapshot, Visitor& visitor) {
  if (visitor.session) co_return true;
  const bool stale = visitor.stale_cookie;
  visitor = co_await sessions_.begin(x, snapshot);
  visitor.stale_cookie = stale;
  if (visitor.session) co_return true;
  co_await x.refuse(503, "no session could be made for a login");
  co_return false;
}

async::Task<> Prompts::show_login(Exchange& x, const Snapshot& snapshot, Visitor& visitor, std::string error,
                                  int status) {
  const bool has_session = co_await ensure_session(x, snapshot, visitor);
  if (!has_session) co_return;
  std::string name = "login.html";
  if (is_stepping_up(visitor)) {
    name = "stepuplogin.html";
  } else if (methods_to_show(x, snapshot, visitor) == std::vector{authn::Method::certificate}) {
    name = "certlogin.html";
  }
  co_await show_page(x, snapshot, std::move(name), visitor, std::move(error), status);
}

async::Task<> Prompts::show_throttled(Exchange& x, const Snapshot& snapshot, Visitor& visitor, Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  x.add_response_header("Retry-After", std::to_string(seconds));
  std::string text = "Too many attempts. Please try again " + in_words(wait) + ".";
  co_await show_login(x, snapshot, visitor, std::move(text), 429);
}

async::Task<> Prompts::refuse_form(Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                                   authn::LoginRefusal refusal, std::string_view incomplete) {
  switch (refusal) {
    case authn::LoginRefusal::wrong_method:
      x.add_response_header("Allow", "POST");
      co_await x.refuse(405, "the login form is sent by POST");
      co_return;
    case authn::LoginRefusal::too_large:
      co_await x.refuse(413, "login form");
      co_return;
    case authn::LoginRefusal::malformed:
    case authn::LoginRefusal::unsupported:
      co_await x.refuse(400, "login form");
      co_return;
    case authn::LoginRefusal::foreign:
      co_await x.refuse(403, "a login form from another origin");
      co_return;
    case authn::LoginRefusal::stale:
      co_await show_login(x, snapshot, visitor, "The login page was too old. Please try again.", 200);
      co_return;
    case authn::LoginRefusal::incomplete:
      co_await show_login(x, snapshot, visitor, std::string(incomplete), 200);
      co_return;
  }
}

async::Task<bool> Prompts::park(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                Visitor& visitor) {
  Result<std::string> body = co_await x.read_body(snapshot.park_limits.max_body);
  if (!body) {
    if (body.error().code != Errc::too_large) co_return false;
    x.close_afterwards();
    co_return true;  // the login goes on, the request has to be sent again
  }
  const auto total = commons_.parked_bytes;
  const std::size_t size = body->size() + 1024;
  if (total->fetch_add(size) + size > snapshot.settings->server.parked_requests_max) {
    total->fetch_sub(size);
    co_return true;
  }
  // Of a session whose user has to log in again it is his.
  const identity::Subject& sender = visitor.session ? visitor.session->owner() : visitor.subject();
  auto parked = session::park(x.request(), target, std::move(*body), kScheme, sender, x.loop().now(),
                              snapshot.park_limits);
  if (!parked) {
    total->fetch_sub(size);
    co_return true;
  }
  // The node's count goes down when the last holder lets the request go.
  const auto release = [total, size](const session::ParkedRequest* request) {
    delete request;
    total->fetch_sub(size);
  };
  const std::shared_ptr<const session::ParkedRequest> shared(new session::ParkedRequest(std::move(*parked)), release);
  const Sessions::Change keep = [&](const session::Session& now) { return session::with_parked(now, shared); };
  co_await sessions_.change(visitor, keep);
  co_return true;
}

async::Task<bool> Prompts::keep(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                Visitor& visitor, int level) {
  const bool has_session = co_await ensure_session(x, snapshot, visitor);
  if (!has_session) co_return false;
  if (may_replace_parked(x.request(), visitor)) {
    const bool readable = co_await park(x, snapshot, target, visitor);
    if (!readable) {
      co_await x.refuse(400, "the body of the interrupted request could not be read");
      co_return false;
    }
  }
  if (visitor.session->wanted_level != level) {
    const Sessions::Change want = [&](const session::Session& now) { return session::with_wanted_level(now, level); };
    co_await sessions_.change(visitor, want);
  }
  co_return true;
}

}  // namespace sallyport::inbound
