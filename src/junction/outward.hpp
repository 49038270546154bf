// What a back end says about places, in the words of the browser: URLs and cookies of an answer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "junction/junction.hpp"

namespace sallyport::junction {

// The URL by which a browser reaches what the back end meant by `url`:
//   relative ("x", "?q", "#f")                      unchanged
//   server-relative ("/x")                          the mount point goes before it, unless it is there already, the
//                                                   path is the proxy's own ("/pkms*") or nothing was taken off
//   absolute ("http://h/x", "//h/x"), h a server    becomes server-relative, with the mount point
//   of this junction
//   anything else                                   unchanged
// The result never has a control character, and an URL that was made server-relative never begins with "//" or "/\",
// which a browser would take for another host.
std::string outward_url(const Junction& junction, std::string_view url);

// The value of a Refresh field ("5; url=/x") with its URL made outward; a value without URL is unchanged.
std::string outward_refresh(const Junction& junction, std::string_view value);

// The value of a Set-Cookie field for the browser; nothing if the cookie must not get there: it has no name, it is
// called like one of `own_cookies` (in any case; a back end could plant a session), its Domain is not the back end's
// own, or it has control characters other than tab. A Domain that is the back end's own goes away: the cookie stays
// with the host that the browser asked. On a standard junction Path gets the mount point before it; "__Host-" cookies
// keep "/", because browsers demand it.
std::optional<std::string> outward_cookie(const Junction& junction, const Server& server,
                                          std::span<const std::string> own_cookies, std::string_view value);

}  // namespace sallyport::junction
