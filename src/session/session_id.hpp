#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace sallyport::session {

// The key of a session: 32 random bytes that only the browser and the session store know. Like a Secret it has no
// formatter and is wiped when it dies; what logs write is a digest of bytes(), and what administrators use is
// Session::handle. Each request makes one: it allocates nothing.
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
  std::string_view bytes() const { return {bytes_.data(), kBytes}; }

  SessionId(const SessionId&) = default;
  SessionId& operator=(const SessionId&) = default;
  ~SessionId() { wipe(bytes_); }

  // In constant time.
  friend bool operator==(const SessionId& a, const SessionId& b) { return equal_in_constant_time(a.bytes(), b.bytes()); }

 private:
  SessionId() = default;

  std::array<char, kBytes> bytes_;
};

}  // namespace sallyport::session
