// Targets: what is forwarded is judged alike, and a judged path has nothing in it that somebody could resolve further.
// The first line of the input is the target, the second, if there is one, the Host.
#include "base/text.hpp"
#include "check.hpp"
#include "http/authority.hpp"
#include "http/chars.hpp"
#include "http/target.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

RequestHead head_of(std::string_view target, std::string_view host) {
  RequestHead head;
  head.method = target == "*" ? "OPTIONS" : "GET";
  head.target = target;
  head.headers.add("Host", host);
  return head;
}

void check_path(const CanonicalTarget& made) {
  const std::string& path = made.path();
  fuzz::check(!path.empty() && path.front() == '/', "a path begins with a slash");
  fuzz::check(is_utf8(path), "A6");
  const std::string closed = path + "/";
  fuzz::check(path.find("//") == std::string::npos, "A1: empty segment");
  fuzz::check(closed.find("/./") == std::string::npos && closed.find("/../") == std::string::npos, "A1: dots");
  for (const char c : path) fuzz::check(!is_control(c) && c != '\\' && c != ';', "A5, A6, A8");
  for (std::size_t at = path.find('%'); at != std::string::npos; at = path.find('%', at + 1)) {
    const bool hex_follows = at + 2 < path.size() && hex_value(path[at + 1]) >= 0 && hex_value(path[at + 2]) >= 0;
    fuzz::check(!hex_follows, "A3: encoded twice");
  }
  for (const char c : made.wire_path()) {
    fuzz::check(is_in(c, kPathChar) || c == '/' || c == '%', "a wire path is made of path characters");
  }
}

}  // namespace

FUZZ_TARGET(target) {
  std::string_view input = fuzz::text_of(data, size);
  const auto newline = input.find('\n');
  const std::string_view target = input.substr(0, newline);
  const std::string_view host = newline == std::string_view::npos ? "a" : input.substr(newline + 1);
  const auto made = canonicalize(head_of(target, host), TargetRules{});
  if (!made) return 0;
  check_path(*made);
  fuzz::check(is_authority(made->authority()), "an authority stays one");
  const auto again = canonicalize(head_of(made->to_string(), made->authority()), TargetRules{});
  fuzz::check(again.has_value(), "A16: what is forwarded is accepted");
  fuzz::check(again->path() == made->path(), "A16: path");
  fuzz::check(again->wire_path() == made->wire_path(), "A16: wire path");
  fuzz::check(again->query() == made->query() && again->has_query() == made->has_query(), "A16: query");
  fuzz::check(again->authority() == made->authority(), "A16: authority");
  return 0;
}
