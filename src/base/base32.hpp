#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// RFC 4648 section 6. Written in capitals, without padding.
std::string base32_encoded(std::string_view bytes);

// As people copy it: small letters, blanks and hyphens between groups, with padding or without. Nothing for other
// characters and for what no bytes are written as. The caller wipes what is secret.
std::optional<std::string> base32_decoded(std::string_view text);

}  // namespace sallyport
