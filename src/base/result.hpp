// base: words that every room uses. No I/O, no logging, no globals; includes nothing of ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace sallyport {

// What went wrong, in the terms of the one who has to react to it. The HTTP status and the error page for each
// value are in one table, exchange/error_pages.cpp.
enum class Errc : std::uint8_t {
  internal,         // a bug or a resource of this process ran out
  canceled,         // whoever started the work no longer wants it
  timeout,          // a deadline passed
  closed,           // the peer ended the connection in an orderly way, but too early
  reset,            // the connection broke
  refused,          // nobody listens there, or the peer would not have us
  unreachable,      // no route, no address, name not found
  tls,              // handshake or record layer failed, certificate not accepted
  malformed,        // not what the grammar allows
  too_large,        // over a configured limit of size or count
  unsupported,      // well-formed, but not something we do
  not_found,        // no such thing
  already_exists,   // there is such a thing already
  denied,           // policy or credentials say no
  unavailable,      // a service that we depend on cannot answer now
  bad_config,       // what an administrator wrote is not right
};

// A short, stable name for logs ("timeout"); never null.
std::string_view name_of(Errc code);

// Which neighbour caused an error: decides the status page and whether a retry makes sense.
enum class Side : std::uint8_t { self, client, upstream, directory };

// An error is a value. `detail` is for logs and administrators only; it never reaches a client of the proxy.
struct Error {
  Errc code = Errc::internal;
  std::string detail;
  Side side = Side::self;

  Error() = default;
  explicit Error(Errc c, std::string d = {}, Side s = Side::self) : code(c), detail(std::move(d)), side(s) {}

  // "timeout: no answer from 127.0.0.1:389"
  std::string to_string() const;
};

template <class T = void>
using Result = tl::expected<T, Error>;

// An Error ready to be returned from a function whose result is any Result<T>.
inline tl::unexpected<Error> fail(Errc code, std::string detail = {}, Side side = Side::self) {
  return tl::unexpected<Error>(Error(code, std::move(detail), side));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace sallyport
