#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace sallyport::http {

// The request target after the one normalisation that there is. Only `canonicalize` makes one; policy judges
// `path()`, the junction table routes by `path()`, and what goes upstream is rendered from `wire_path()` and
// `query()`: the path that was judged is the path that is sent.
class CanonicalTarget {
 public:
  // Decoded, normalised, path parameters (";x=1") removed: begins with '/', no empty, "." or ".." segment, valid
  // UTF-8, no control character. A trailing '/' is kept.
  const std::string& path() const { return path_; }
  // The same path with its parameters, percent-encoded anew: what a back end gets. canonicalize() of it gives
  // the same path().
  const std::string& wire_path() const { return wire_path_; }
  // Without the '?'; as received (checked for control characters). has_query() tells "/a?" from "/a".
  const std::string& query() const { return query_; }
  bool has_query() const { return has_query_; }
  // Host and port in lower case from absolute form or Host, without a default port for https ("localhost:8443").
  const std::string& authority() const { return authority_; }
  // "*" of "OPTIONS *": path() is "/" then.
  bool is_asterisk() const { return is_asterisk_; }

  // wire_path() with "?query".
  std::string to_string() const;

 private:
  friend class TargetMaker;
  CanonicalTarget() = default;
  std::string path_;
  std::string wire_path_;
  std::string query_;
  std::string authority_;
  bool has_query_ = false;
  bool is_asterisk_ = false;
};

// What may differ from one listener or junction to the next.
struct TargetRules {
  std::size_t max_length = 16384;      // of the target as received, in bytes
  bool allow_encoded_percent = false;  // "%25" followed by two hexadecimal digits is a second encoding: refused
};

// Judges the request-target together with Host (RFC 9112 section 3.2, RFC 9110 section 4.2). Errors: malformed (400)
// for everything that two parties could read differently: encoded NUL or control bytes, backslash, "%2f" "%5c"
// (encoded separators), double encoding, invalid UTF-8, "..;", ".." above the root, a fragment, user
// information, a port that is none, absolute form that differs from Host; unsupported (CONNECT, other
// schemes); too_large.
// Parameters stay in wire_path(), but not on a dot segment nor on an empty one with something behind it, where servers
// differ most. authority() is as narrow as parse_authority() says.
Result<CanonicalTarget> canonicalize(const RequestHead& head, const TargetRules& rules);

}  // namespace sallyport::http
