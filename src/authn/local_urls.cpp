#include "authn/local_urls.hpp"

#include "base/text.hpp"

namespace sallyport::authn {

LocalUrl local_url_of(const http::CanonicalTarget& target) {
  const std::string& path = target.path();
  // No back end sees a path that it might take for one of ours in another spelling.
  if (!starts_with_ignoring_case(path, "/pkms")) return LocalUrl::none;
  if (path == "/pkmslogin") return LocalUrl::login;
  if (path == "/pkmslogin.form") return LocalUrl::login_form;
  if (path == "/pkmscert") return LocalUrl::certificate;
  if (path == "/pkmsforget") return LocalUrl::forget;
  if (path == "/pkmslogout") return LocalUrl::logout;
  if (path == "/pkmstotp") return LocalUrl::totp;
  if (path == "/pkmshelp") return LocalUrl::help;
  return LocalUrl::unknown;
}

}  // namespace sallyport::authn
