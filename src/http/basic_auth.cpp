#include "http/basic_auth.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace sallyport::http {

Result<BasicCredentials> parse_basic(std::string_view authorization, std::size_t max_bytes) {
  const auto space = authorization.find(' ');
  if (!equal_ignoring_case(authorization.substr(0, space), "basic")) {
    return fail(Errc::not_found, "Authorization: scheme is not Basic", Side::client);
  }
  if (authorization.size() > max_bytes) return fail(Errc::too_large, "Authorization: too long", Side::client);
  if (space == std::string_view::npos) return fail(Errc::malformed, "Authorization: no credentials", Side::client);
  auto decoded = base64_decoded(trimmed(authorization.substr(space)));
  if (!decoded) return fail(Errc::malformed, "Authorization: not base64", Side::client);
  const Secret both = Secret::take(std::move(*decoded));

  const std::string_view text = both.reveal();
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(Errc::malformed, "Authorization: no colon", Side::client);
  if (colon == 0) return fail(Errc::malformed, "Authorization: empty user", Side::client);
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return fail(Errc::malformed, "Authorization: control character", Side::client);
  }
  if (!is_utf8(text)) return fail(Errc::malformed, "Authorization: not UTF-8", Side::client);
  return BasicCredentials{std::string(text.substr(0, colon)), Secret(text.substr(colon + 1))};
}

}  // namespace sallyport::http
