#pragma once

#include <cstdint>
#include <string_view>

namespace sallyport::http {

using StreamId = std::int32_t;

// RFC 9113 section 7.
enum class H2Error : std::uint32_t {
  no_error = 0,
  protocol_error = 1,
  internal_error = 2,
  flow_control_error = 3,
  settings_timeout = 4,
  stream_closed = 5,
  frame_size_error = 6,
  refused_stream = 7,
  cancel = 8,
  compression_error = 9,
  connect_error = 10,
  enhance_your_calm = 11,
  inadequate_security = 12,
  http_1_1_required = 13,
};

// "PROTOCOL_ERROR"; "an unknown error" for what RFC 9113 does not have.
std::string_view name_of(H2Error error);

}  // namespace sallyport::http
