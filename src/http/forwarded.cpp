#include "http/forwarded.hpp"

#include "base/text.hpp"

namespace sallyport::http {
namespace {

// "192.0.2.7", "192.0.2.7:4711", "2001:db8::7", "[2001:db8::7]:4711"
std::optional<IpAddress> address_in(std::string_view node) {
  if (!node.empty() && node.front() == '[') {
    const auto end = node.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = node.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    const auto address = IpAddress::parse(node.substr(1, end - 1));
    return address && node.substr(1, end - 1).find(':') != std::string_view::npos ? address : std::nullopt;
  }
  const auto colon = node.find(':');
  if (colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos) {
    return IpAddress::parse(node.substr(0, colon));
  }
  return IpAddress::parse(node);
}

// The pieces between separators that stand outside of quoted strings. A quotation that does not end spoils the whole: a
// client could open it so that a proxy's addition became a part of what the client says. One empty piece then.
std::vector<std::string_view> split_outside_quotes(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == separator && !quoted) {
      pieces.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (quoted) return {std::string_view()};
  pieces.push_back(text.substr(begin));
  return pieces;
}

// The one "for" of an element such as `for="[2001:db8::7]:4711";proto=https`. Addresses need no escapes.
std::optional<IpAddress> for_of(std::string_view element) {
  std::optional<std::string_view> node;
  for (const std::string_view pair : split_outside_quotes(element, ';')) {
    const std::string_view text = trimmed(pair);
    if (!starts_with_ignoring_case(text, "for=")) continue;
    if (node) return std::nullopt;
    node = text.substr(4);
  }
  if (!node) return std::nullopt;
  if (node->size() >= 2 && node->front() == '"' && node->back() == '"') {
    node = node->substr(1, node->size() - 2);
  }
  return address_in(*node);
}

}  // namespace

std::vector<std::optional<IpAddress>> forwarded_addresses(const Headers& headers, ForwardedField field) {
  const bool is_standard = field == ForwardedField::forwarded;
  std::vector<std::optional<IpAddress>> out;
  for (const Field line : headers) {
    if (!equal_ignoring_case(line.name, is_standard ? "forwarded" : "x-forwarded-for")) continue;
    for (const std::string_view piece :
         is_standard ? split_outside_quotes(line.value, ',') : split(line.value, ',')) {
      const std::string_view element = trimmed(piece);
      out.push_back(is_standard ? for_of(element) : address_in(element));
    }
  }
  return out;
}

IpAddress client_behind(const IpAddress& peer, const std::vector<std::optional<IpAddress>>& addresses,
                        const std::function<bool(const IpAddress&)>& is_trusted) {
  IpAddress client = peer;
  for (auto address = addresses.rbegin(); address != addresses.rend() && is_trusted(client); ++address) {
    if (!*address) break;
    client = **address;
  }
  return client;
}

}  // namespace sallyport::http
