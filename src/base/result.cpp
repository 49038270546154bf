#include "base/result.hpp"

namespace sallyport {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::internal: return "internal";
    case Errc::canceled: return "canceled";
    case Errc::timeout: return "timeout";
    case Errc::closed: return "closed";
    case Errc::reset: return "reset";
    case Errc::refused: return "refused";
    case Errc::unreachable: return "unreachable";
    case Errc::tls: return "tls";
    case Errc::malformed: return "malformed";
    case Errc::too_large: return "too-large";
    case Errc::unsupported: return "unsupported";
    case Errc::not_found: return "not-found";
    case Errc::already_exists: return "already-exists";
    case Errc::denied: return "denied";
    case Errc::unavailable: return "unavailable";
    case Errc::bad_config: return "bad-config";
  }
  return "unknown";
}

std::string Error::to_string() const {
  std::string text(name_of(code));
  if (!detail.empty()) {
    text += ": ";
    text += detail;
  }
  return text;
}

}  // namespace sallyport
