#include "authz/object_name.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::authz {
namespace {

constexpr std::size_t kShownBytes = 100;

std::string below(const ObjectName& base, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return base.text();
  std::string text;
  text.reserve(base.text().size() + path.size());
  if (!base.is_root()) text = base.text();
  text += path;
  return text;
}

}  // namespace

Result<ObjectName> ObjectName::parse(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fail(Errc::malformed, "'" + log_escaped(text, kShownBytes) + "' is no object name: " + std::string(why));
  };
  if (text.size() > kMaxLength) {
    return fail(Errc::too_large, "an object name has at most " + std::to_string(kMaxLength) + " bytes");
  }
  if (text.empty() || text.front() != '/') return wrong("it does not begin with /");
  if (!is_utf8(text)) return wrong("it is not UTF-8");
  if (std::any_of(text.begin(), text.end(), is_control)) return wrong("it has a control character");
  if (text.size() > 1) {
    for (const auto segment : split(text.substr(1), '/')) {
      if (segment.empty()) return wrong("it has an empty segment, or a / at its end");
      if (segment == "." || segment == "..") return wrong("it has a segment . or ..");
    }
  }
  return ObjectName(std::string(text));
}

Result<ObjectName> ObjectName::of_server(std::string_view host, std::string_view instance) {
  if (host.empty() || instance.empty() || host.find('/') != std::string_view::npos ||
      instance.find('/') != std::string_view::npos) {
    return fail(Errc::malformed, "a server's object needs a host name and an instance name without /");
  }
  return parse("/WebSEAL/" + std::string(host) + "-" + std::string(instance));
}

ObjectName ObjectName::of(const ObjectName& base, const http::CanonicalTarget& target) {
  return ObjectName(below(base, target.path()));
}

ObjectName ObjectName::parent() const {
  const auto slash = text_.rfind('/');
  return ObjectName(slash == 0 ? "/" : text_.substr(0, slash));
}

bool ObjectName::is_at_or_below(const ObjectName& ancestor) const {
  if (ancestor.is_root() || *this == ancestor) return true;
  return text_.starts_with(ancestor.text_) && text_[ancestor.text_.size()] == '/';
}

std::string_view Segments::next() {
  const auto end = std::min(rest_.find('/', 1), rest_.size());
  const auto segment = rest_.substr(1, end - 1);
  rest_.remove_prefix(end);
  return segment;
}

}  // namespace sallyport::authz
