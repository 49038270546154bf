#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"

namespace sallyport::http {

// Why bytes are no message that we take, with the status that tells the sender: 400, 414 (target too long), 417 (an
// expectation that we do not know), 431 (header fields too large), 501 (transfer coding or method), 505 (version);
// always 502 for what an upstream sent. After a ParseError nobody knows where the next message begins: the connection
// must be closed.
struct ParseError {
  int status = 400;
  std::string detail;  // for logs: where and why; may quote the sender, so log it escaped

  // The same in the terms of the rest of the house.
  Error to_error(Side side) const {
    switch (status) {
      case 414:
      case 431:
        return Error(Errc::too_large, detail, side);
      case 501:
      case 505:
        return Error(Errc::unsupported, detail, side);
      default:
        return Error(Errc::malformed, detail, side);
    }
  }
};

template <class T = void>
using Parsed = tl::expected<T, ParseError>;

inline tl::unexpected<ParseError> parse_failure(int status, std::string detail) {
  return tl::unexpected<ParseError>(ParseError{status, std::move(detail)});
}

}  // namespace sallyport::http
