#include "http/target_form.hpp"

#include "base/text.hpp"
#include "http/authority.hpp"

namespace sallyport::http {

std::optional<TargetForm> form_of(std::string_view method, std::string_view target) {
  if (method == "CONNECT") {
    // RFC 9110 section 9.3.6: a CONNECT target has a port.
    const auto authority = parse_authority(target);
    if (!authority || authority->port == 0) return std::nullopt;
    return TargetForm::authority;
  }
  if (target.empty()) return std::nullopt;
  if (target.front() == '/') return TargetForm::origin;
  if (target == "*") return method == "OPTIONS" ? std::optional(TargetForm::asterisk) : std::nullopt;
  // scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 section 3.1)
  std::size_t length = 0;
  const auto in_scheme = [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; };
  while (length < target.size() && in_scheme(target[length])) ++length;
  const bool is_absolute = is_alpha(target.front()) && target.substr(length, 3) == "://" && target.size() > length + 3;
  return is_absolute ? std::optional(TargetForm::absolute) : std::nullopt;
}

}  // namespace sallyport::http
