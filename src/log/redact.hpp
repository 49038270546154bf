#pragma once

#include <string>
#include <string_view>

namespace sallyport::log {

// May a request-target or a Referer hold credentials? Cheap, and true for all that redacted() would change.
bool needs_redaction(std::string_view url);

// A request-target or a Referer as a log may hold it: without user information ("//user:password@"), and without the
// query of one of the server's own pages, which somebody may have given a login form's fields. Whatever could be read
// as such a page in any spelling counts as one: a refused request is logged too.
std::string redacted(std::string_view url);

}  // namespace sallyport::log
