#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace sallyport::session {

// The key of a session: 32 random bytes that only the browser and the session store know. It is a Secret, so that no
// log can hold it; what logs write is a digest of bytes(), and what administrators use is Session::handle.
class SessionId {
 public:
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kTextLength = 43;

  // From exactly kBytes bytes of a cryptographic generator; nothing for any other number of them.
  static std::optional<SessionId> from_bytes(std::string_view random_bytes);
  // From the value of a cookie; nothing unless it is exactly what text() writes for some id.
  static std::optional<SessionId> parse(std::string_view text);

  // For the cookie: base64url, kTextLength characters.
  std::string text() const;
  std::string_view bytes() const { return bytes_.reveal(); }

  // In constant time.
  friend bool operator==(const SessionId& a, const SessionId& b) { return a.bytes_ == b.bytes_; }

 private:
  explicit SessionId(std::string_view bytes) : bytes_(bytes) {}

  Secret bytes_;
};

}  // namespace sallyport::session
