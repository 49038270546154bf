#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sallyport::http {

// The four forms of a request-target (RFC 9112 section 3.2).
enum class TargetForm : std::uint8_t { origin, absolute, authority, asterisk };

// The form of a target for this method: "*" only for OPTIONS; host and port for CONNECT and nothing else for it;
// a path from '/'; or scheme "://" with something behind. Nothing if it is none of them. The parts are judged by
// canonicalize().
std::optional<TargetForm> form_of(std::string_view method, std::string_view target);

}  // namespace sallyport::http
