#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.hpp"
#include "http/parse_error.hpp"

// How long the body of an HTTP/1 message is, and what becomes of its connection afterwards. Two parties that differ on
// the first are what request smuggling is made of, so everything unusual is an error.
namespace sallyport::http {

struct Framing {
  enum class Kind : std::uint8_t {
    none,         // no body
    length,       // `length` bytes, perhaps 0
    chunked,      // until the last chunk and its trailers
    until_close,  // responses only: until the connection ends
  };
  Kind kind = Kind::none;
  std::uint64_t length = 0;  // below 2^63; 0 unless kind is `length`

  // False if the body is known to be empty.
  bool has_body() const { return kind == Kind::chunked || kind == Kind::until_close || length > 0; }
  friend bool operator==(const Framing&, const Framing&) = default;
};

// RFC 9112 section 6.3 for a request, narrowed: Transfer-Encoding only as one field "chunked" and only in HTTP/1.1,
// never together with Content-Length; Content-Length as one field of digits. Errors: 400; 501 for codings that end in
// chunked but have more than that.
Parsed<Framing> decide_framing(const RequestHead& head);

// The same for a response to a request with that method: no body after HEAD, after 2xx to CONNECT, with 1xx, 204, 304.
// Errors: 502, also for a body announced where there can be none (1xx, 204).
Parsed<Framing> decide_framing(const ResponseHead& head, std::string_view request_method);

// May the connection carry another message after this one, as far as its head says (RFC 9112 section 9.3)? HTTP/1.1:
// unless Connection has "close". HTTP/1.0: only if it has "keep-alive". A response that lasts until the connection
// closes says no by its framing.
bool keeps_alive(const RequestHead& head);
bool keeps_alive(const ResponseHead& head);

// True if a field of that name has `token` among its comma-separated members, ignoring case.
bool has_list_member(const Headers& headers, FieldName name, std::string_view token);

// An opening handshake of RFC 6455 section 4.1: GET, HTTP/1.1, Upgrade with "websocket" alone, Connection with
// "upgrade", version 13, a key, and no body announced. Ask before the gate, which refuses Upgrade.
bool asks_for_websocket(const RequestHead& head);

// "Expect: 100-continue" (RFC 9110 section 10.1.1) in an HTTP/1.1 request: yes. No Expect, or HTTP/1.0: no. Any other
// expectation: 417.
Parsed<bool> expects_continue(const RequestHead& head);

}  // namespace sallyport::http
