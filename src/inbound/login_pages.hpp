#pragma once

#include <string>

#include "inbound/sessions.hpp"

namespace sallyport::inbound {

// Whether visitors of the host that is asked for, by the interface that they have come by, may log in by a certificate that
// they are asked for when it is needed.
bool offers_certificate_login(const exchange::Exchange& x, const Snapshot& snapshot);

// Whether he is logged in and has been asked for a higher level.
bool is_stepping_up(const Visitor& visitor);

// Where our own pages are on another port of the host that is asked for: "https://www.example.com:8444"; empty for port 0.
std::string base_on_port(const exchange::Exchange& x, std::uint16_t port);

// Answers with one of our pages, its macros filled in for this visitor. `error` is what %ERROR% says, `section` one that is
// shown besides those of the methods.
async::Task<> show_page(exchange::Exchange& x, const Snapshot& snapshot, std::string name, const Visitor& visitor,
                        std::string error, int status, std::string_view section = {});

// Answers a request that has logged its visitor in: a redirect to login-redirect-page, or to what the login interrupted,
// or the page that says that he is logged in. `base`: in front of the place; empty on the same port.
async::Task<> lead_on(exchange::Exchange& x, const Snapshot& snapshot, Sessions& sessions, Visitor& visitor,
                      std::string base);

}  // namespace sallyport::inbound
