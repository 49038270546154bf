// The path as the back end of a junction sees it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::junction {

// Whether `path` is the point itself or below it. Whole segments only: "/app" covers "/app" and "/app/x", not "/apple".
bool covers(std::string_view point, std::string_view path);

// Takes the segments of the mount point off `wire_path` (CanonicalTarget::wire_path(): percent-encoded, with path
// parameters); `path` is the same path as policy sees it. The result begins with '/', and what policy would see of it
// is exactly what is left of `path` below the point. Parameters of the segments taken off go with them. Error:
// malformed, if the two paths disagree or the rest would leave the junction; canonicalize() should never let that
// happen, and a second look costs little (CVE-2026-48020 is a proxy that took lengths of one for the other).
Result<std::string> strip_point(std::string_view point, std::string_view path, std::string_view wire_path);

// A path as it is written into a header field or an URL: what RFC 3986 allows in a segment and '/' stay as they are,
// everything else becomes %XX; '%' and ';' too.
std::string encoded_path(std::string_view path);

}  // namespace sallyport::junction
