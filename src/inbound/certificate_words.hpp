#pragma once

#include <string_view>

#include "pki/certificate_fault.hpp"

namespace sallyport::inbound {

// What a user is told about a login by certificate that has failed, and what he can do.
namespace words {
inline constexpr std::string_view kTimedOut =
    "Signing in took too long, or was begun in another window. Nothing has been changed. You can try again.";
inline constexpr std::string_view kCannot =
    "Your browser could not be asked for a certificate on this connection. Close it, open it again and try once more, "
    "or use another browser.";
inline constexpr std::string_view kUnknownUser =
    "Your certificate is valid, but it does not belong to an account that may sign in here. If you have another "
    "certificate, try again with that one.";
inline constexpr std::string_view kOtherUser =
    "This certificate belongs to another user than the one who is signed in. You are still signed in as before.";
inline constexpr std::string_view kUnavailable = "The sign-in cannot be completed at the moment. Please try again.";
}  // namespace words

std::string_view words_for(pki::CertificateFault fault);

}  // namespace sallyport::inbound
