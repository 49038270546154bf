// authn: how a visitor proves who he is, as far as that needs no asking elsewhere. Comes in: requests for the proxy's
// own pages, form bodies, templates, times. Goes out: what was asked for, a login attempt, a page, a verdict about too
// many attempts. It owns templates and the counters of failed attempts. It may not know the directory that checks a
// password, nor connections.
#pragma once

#include <cstdint>

#include "http/target.hpp"

namespace sallyport::authn {

// The proxy's own URLs. They exist on every host, and are commands: no policy is attached to them.
enum class LocalUrl : std::uint8_t {
  none,        // not ours: a junction answers
  login,       // /pkmslogin: the login page, asked for by name
  login_form,  // /pkmslogin.form: where login forms are sent
  certificate,  // /pkmscert: a login by certificate comes by here, once for each connection that it takes
  forget,      // /pkmsforget: an image of certfailure.html and logout.html, see inbound/certificate_forgetting.hpp
  logout,      // /pkmslogout: GET asks for confirmation, POST does it
  help,        // /pkmshelp
  totp,        // /pkmstotp: a secret for one-time passwords
  unknown,     // "/pkms" and something else: ours, and not found
};

LocalUrl local_url_of(const http::CanonicalTarget& target);

}  // namespace sallyport::authn
