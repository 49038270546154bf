#pragma once

#include <string>

#include "authn/login_form.hpp"
#include "inbound/sessions.hpp"

namespace sallyport::inbound {

// Is this the page that the user is waiting for, or something that a page fetches on the side (an image, favicon.ico, a
// script's call)? Old browsers do not say (W3C Fetch Metadata). Behind a WebSocket nobody sees a page.
bool is_navigation(const http::RequestHead& head);

// Whether the client takes a page for an answer.
bool shows_pages(const http::RequestHead& head);

// How a request is interrupted: it is kept in the session, and a page asks its sender who he is. What the answer to that
// page means is not known here.
class Prompts {
 public:
  // Both must outlive it.
  Prompts(Commons& commons, Sessions& sessions) : commons_(commons), sessions_(sessions) {}

  // Keeps a navigation of somebody who has to prove something in his session; a visitor without one gets one. What a page
  // fetches on the side does not take its place. `level`: that is wanted; 0: any. False: the exchange has been answered,
  // for the request cannot be read or there is no session.
  async::Task<bool> keep(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                         Visitor& visitor, int level);

  // Answers with the login page, or with the page for a step-up to the level that the session wants; `error` is for its
  // reader. A visitor without a session gets one.
  async::Task<> show_login(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, std::string error,
                           int status);

  // The same for somebody who has tried too often, and may try again after `wait`.
  async::Task<> show_throttled(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, Duration wait);

  // Answers a form of such a page that cannot be judged. `incomplete`: what to tell a user who has left out something.
  async::Task<> refuse_form(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor,
                            authn::LoginRefusal refusal, std::string_view incomplete);

 private:
  async::Task<bool> ensure_session(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);
  async::Task<bool> park(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                         Visitor& visitor);

  Commons& commons_;
  Sessions& sessions_;
};

}  // namespace sallyport::inbound
