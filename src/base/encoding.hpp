#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sallyport {

// RFC 4648. The decoders take exactly what the encoders give: no white space, canonical padding bits; nothing
// otherwise. base64url is written without padding, and read without it.
std::string hex_encoded(std::string_view bytes);
std::optional<std::string> hex_decoded(std::string_view text);
std::string base64_encoded(std::string_view bytes);
std::optional<std::string> base64_decoded(std::string_view text);
std::string base64url_encoded(std::string_view bytes);
std::optional<std::string> base64url_decoded(std::string_view text);
// Into memory of just the right size; false, and anything in `out`, if the text is none or of another length.
bool base64url_decode(std::string_view text, std::span<char> out);

// Percent-encodes everything but RFC 3986 unreserved characters, and what else is to be kept.
std::string percent_encoded(std::string_view bytes, std::string_view also_kept = {});
// Nothing if a '%' is not followed by two hexadecimal digits; all other bytes stand for themselves.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace sallyport
