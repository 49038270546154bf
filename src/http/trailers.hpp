#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/field_names.hpp"
#include "http/message.hpp"

// Fields behind a body (RFC 9110 section 6.5), alike in HTTP/1 and HTTP/2. What stands there was seen by nobody who
// decided anything, so it goes no further unless somebody has named it (attack B5).
namespace sallyport::http {

// May a list allow that name at all? Not what frames, routes, controls, authenticates or says how a message is to be
// read (RFC 9110 section 6.5.1), nor what the header gate removes or keeps in one spelling only; compared folded.
bool may_be_trailer(std::string_view name);

// The fields whose names are in `allowed` (compared without case), may be trailers, and are not `reserved`.
Headers passing_trailers(const Headers& trailers, const std::vector<std::string>& allowed,
                         const ReservedNames& reserved);

// The members of the value of a Trailer field that passing_trailers() would let pass; empty if there is none.
std::string passing_trailer_names(std::string_view list, const std::vector<std::string>& allowed,
                                  const ReservedNames& reserved);

}  // namespace sallyport::http
