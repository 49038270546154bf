#pragma once

#include <string>

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

  // Answers a navigation of somebody who has to prove something: parks the request, and shows the login page, or the page
  // for a step-up to this level if he is logged in already. `level`: that is wanted; 0: any.
  async::Task<> interrupt(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                          Visitor& visitor, int level);

  // Answers with that page alone; `error` is for its reader. A visitor without a session gets one.
  async::Task<> show_login(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor, std::string error,
                           int status);

  // Answers with a page of ours, with what its macros are known to be for this visitor.
  async::Task<> show_page(exchange::Exchange& x, const Snapshot& snapshot, std::string name, const Visitor& visitor,
                          std::string error, int status);

 private:
  async::Task<> ensure_session(exchange::Exchange& x, const Snapshot& snapshot, Visitor& visitor);
  async::Task<bool> park(exchange::Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                         Visitor& visitor);

  Commons& commons_;
  Sessions& sessions_;
};

}  // namespace sallyport::inbound
