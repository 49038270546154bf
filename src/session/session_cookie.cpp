#include "session/session_cookie.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/cookies.hpp"

namespace sallyport::session {
namespace {

constexpr std::string_view kPrefix = "__Host-";
constexpr std::size_t kMaxName = 64;
// Lax: the cookie comes with links from elsewhere, not with forms or scripts of foreign pages.
constexpr std::string_view kAttributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

}  // namespace

std::optional<SessionCookie> SessionCookie::make(std::string_view name) {
  const auto is_plain = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  const bool usable = name.starts_with(kPrefix) && name.size() > kPrefix.size() && name.size() <= kMaxName &&
                      std::all_of(name.begin(), name.end(), is_plain);
  return usable ? std::optional(SessionCookie(name)) : std::nullopt;
}

std::string SessionCookie::render(const SessionId& id) const {
  return name_ + "=" + id.text() + std::string(kAttributes);
}

std::string SessionCookie::render_removal() const {
  return name_ + "=; Max-Age=0" + std::string(kAttributes);
}

SessionCookie::Found SessionCookie::find(const http::Headers& headers) const {
  Found found;
  const http::FoundCookie cookie = http::find_cookie(headers, name_);
  if (cookie.count == 0) return found;
  found.is_ambiguous = cookie.count > 1;
  if (found.is_ambiguous) return found;
  found.id = SessionId::parse(cookie.value);
  found.is_garbage = !found.id.has_value();
  return found;
}

}  // namespace sallyport::session
