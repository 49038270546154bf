#include "inbound/offered_methods.hpp"

#include "inbound/login_pages.hpp"

namespace sallyport::inbound {
namespace {

constexpr authn::Method kAll[] = {authn::Method::password, authn::Method::certificate, authn::Method::totp};

}  // namespace

bool is_offered(const exchange::Exchange& x, const Snapshot& snapshot, authn::Method method) {
  switch (method) {
    case authn::Method::password:
      return snapshot.settings->forms.forms_auth != config::AuthTransport::none && x.client().secure;
    case authn::Method::certificate:
      return offers_certificate_login(x, snapshot);
    case authn::Method::totp:
      return snapshot.settings->totp.totp_auth != config::AuthTransport::none && x.client().secure;
  }
  return false;
}

std::vector<authn::Method> offered_for(const exchange::Exchange& x, const Snapshot& snapshot, int level) {
  std::vector<authn::Method> methods = snapshot.ladder.methods_for(level);
  std::erase_if(methods, [&](authn::Method method) { return !is_offered(x, snapshot, method); });
  return methods;
}

std::vector<authn::Method> methods_to_show(const exchange::Exchange& x, const Snapshot& snapshot,
                                           const Visitor& visitor) {
  const int wanted = visitor.session ? visitor.session->wanted_level : 0;
  const bool is_user = visitor.subject().is_authenticated();
  // A code says nothing of somebody who has not said who he is.
  const auto is_for_users = [&](authn::Method method) { return !is_user && method == authn::Method::totp; };
  if (wanted > 0 && (is_user || !snapshot.settings->step_up.show_all_auth_prompts)) {
    std::vector<authn::Method> methods = offered_for(x, snapshot, wanted);
    std::erase_if(methods, is_for_users);
    if (is_user || !methods.empty()) return methods;
  }
  std::vector<authn::Method> methods;
  for (const authn::Method method : kAll) {
    if (is_offered(x, snapshot, method) && !is_for_users(method)) methods.push_back(method);
  }
  return methods;
}

void show_sections(authn::PageValues& values, const std::vector<authn::Method>& methods) {
  for (const authn::Method method : methods) {
    switch (method) {
      case authn::Method::password:
        values.show("FORMSAUTHN");
        values.show("BASICAUTHN");  // as pages that were written for WebSEAL call it
        break;
      case authn::Method::certificate:
        values.show("CERTAUTHN");
        break;
      case authn::Method::totp:
        values.show("TOTPAUTHN");
        break;
    }
  }
}

}  // namespace sallyport::inbound
