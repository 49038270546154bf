#pragma once

#include <string>
#include <string_view>

namespace sallyport::crypto {

// 20 bytes. For protocols that fix it and need no strength from it (RFC 6455).
std::string sha1(std::string_view bytes);
// 32 bytes.
std::string sha256(std::string_view bytes);
// 20 bytes. For protocols that ask for it where nothing is to be kept from anybody.
std::string sha1(std::string_view bytes);

}  // namespace sallyport::crypto
