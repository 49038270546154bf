#include "session/session_id.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace sallyport::session {

std::optional<SessionId> SessionId::from_bytes(std::string_view random_bytes) {
  if (random_bytes.size() != kBytes) return std::nullopt;
  SessionId id;
  std::copy(random_bytes.begin(), random_bytes.end(), id.bytes_.begin());
  return id;
}

std::optional<SessionId> SessionId::parse(std::string_view text) {
  SessionId id;
  if (text.size() != kTextLength || !base64url_decode(text, id.bytes_)) return std::nullopt;
  return id;
}

std::string SessionId::text() const {
  return base64url_encoded(bytes());
}

}  // namespace sallyport::session
