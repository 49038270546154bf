#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "session/session_id.hpp"

namespace sallyport::session {

// The cookie that carries a session id. Its name begins with "__Host-" (RFC 6265bis section 4.1.3.2): browsers take it
// only from this very host over TLS and for all paths, so that no neighbour host can plant one.
class SessionCookie {
 public:
  // `name` must begin with "__Host-" and be a token of at most 64 characters; nothing otherwise.
  static std::optional<SessionCookie> make(std::string_view name);

  const std::string& name() const { return name_; }

  // Values of Set-Cookie. The cookie ends with the browser; how long the session lives is the server's business.
  std::string render(const SessionId& id) const;
  std::string render_removal() const;

  // What a request brought.
  struct Found {
    std::optional<SessionId> id;  // set if there is exactly one cookie of that name and it holds an id
    bool is_ambiguous = false;    // more than one: somebody may have planted one, all are ignored (attack case B11)
    bool is_garbage = false;      // one, but no id
  };
  Found find(const http::Headers& headers) const;

 private:
  explicit SessionCookie(std::string_view name) : name_(name) {}

  std::string name_;
};

}  // namespace sallyport::session
