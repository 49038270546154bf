#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace sallyport::log {

// One exchange, as the request log tells it. Text comes as received: formatting escapes it.
struct RequestRecord {
  WallTime time;
  std::string_view client_address;
  std::string_view user;  // empty: anonymous
  std::string_view method;
  std::string_view target;
  std::string_view protocol;  // "HTTP/1.1"
  int status = 0;
  std::uint64_t response_bytes = 0;  // of the body
  std::uint64_t request_bytes = 0;   // of the body
  std::string_view referer;
  std::string_view user_agent;
  std::string_view host;
  std::string_view request_id;
  std::string_view junction;
  std::string_view upstream;
  std::int64_t duration_us = 0;
  std::int64_t upstream_us = 0;
};

// NCSA: host ident user [time] "request" status bytes, and with `combined` "referer" "user-agent". `gmt` or local time.
std::string format_ncsa(const RequestRecord& record, bool combined, bool gmt);
// One JSON object. Bytes that are no UTF-8 are written as U+FFFD.
std::string format_json(const RequestRecord& record);

enum class Outcome : std::uint8_t { success, failure };

// Who did (or wanted to do) what to what, and why it ended as it did.
struct AuditRecord {
  WallTime time;
  std::string_view event;  // "authn", "authz", "session", "admin"
  std::string_view action;  // "login", "logout", "access", "acl modify", ...
  Outcome outcome = Outcome::success;
  std::string_view reason;  // a stable code: "bad-password", "no-permission", ...
  std::string_view user;
  std::string_view object;
  std::string_view method;
  std::string_view client_address;
  std::string_view request_id;
  std::string_view session;  // the session's administrative id, never the cookie
  std::string_view detail;
};

std::string format_json(const AuditRecord& record);

// "2026-02-03T04:05:06.789Z"
std::string format_utc(WallTime time);

}  // namespace sallyport::log
