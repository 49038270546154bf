#include "log/redact.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::log {
namespace {

constexpr std::string_view kOwnPages = "pkms";
constexpr int kMostDecodings = 4;
constexpr std::string_view kRemoved = "[redacted]";

std::string decoded_once(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) i += 2;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
  }
  return out;
}

// In any case, and encoded however often; what goes on for ever counts as one.
bool names_own_page(std::string_view path) {
  std::string text = lowered(path);
  for (int pass = 0; pass < kMostDecodings; ++pass) {
    if (text.find(kOwnPages) != std::string::npos) return true;
    std::string decoded = lowered(decoded_once(text));
    if (decoded.size() == text.size()) return false;
    text = std::move(decoded);
  }
  return true;
}

// Where a query, or what a sloppy reader takes for one, begins.
std::size_t end_of_path(std::string_view url) {
  const std::string text = lowered(url);
  std::size_t end = text.find_first_of("?;#");
  for (const std::string_view encoded : {"%3f", "%3b", "%23", "%25"}) end = std::min(end, text.find(encoded));
  return end;
}

std::string without_user(std::string_view url) {
  const auto slashes = url.find('/');
  if (slashes == std::string_view::npos || !url.substr(slashes).starts_with("//")) return std::string(url);
  const std::string_view rest = url.substr(slashes + 2);
  const auto at = rest.substr(0, rest.find_first_of("/?#")).rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  std::string out(url.substr(0, slashes + 2));
  out += kRemoved;
  out += rest.substr(at);
  return out;
}

}  // namespace

bool needs_redaction(std::string_view url) {
  if (url.find('@') != std::string_view::npos) return true;
  const std::string_view path = url.substr(0, url.find('?'));
  if (path.find('%') != std::string_view::npos) return true;
  return std::search(path.begin(), path.end(), kOwnPages.begin(), kOwnPages.end(),
                     [](char a, char b) { return to_lower(a) == b; }) != path.end();
}

std::string redacted(std::string_view url) {
  std::string text = without_user(url);
  const std::string_view path = std::string_view(text).substr(0, text.find('?'));
  if (!names_own_page(path)) return text;
  const std::size_t end = end_of_path(text);
  if (end >= text.size()) return text;
  text.resize(end);
  text += '?';
  text += kRemoved;
  return text;
}

}  // namespace sallyport::log
