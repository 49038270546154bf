#include "session/session_id.hpp"

#include "base/encoding.hpp"

namespace sallyport::session {

std::optional<SessionId> SessionId::from_bytes(std::string_view random_bytes) {
  if (random_bytes.size() != kBytes) return std::nullopt;
  return SessionId(random_bytes);
}

std::optional<SessionId> SessionId::parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  auto bytes = base64url_decoded(text);
  if (!bytes) return std::nullopt;
  auto id = from_bytes(*bytes);
  wipe(*bytes);
  return id;
}

std::string SessionId::text() const {
  return base64url_encoded(bytes());
}

}  // namespace sallyport::session
