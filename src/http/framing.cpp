#include "http/framing.hpp"

#include <optional>

#include "base/text.hpp"
#include "http/chars.hpp"

namespace sallyport::http {
namespace {

constexpr std::uint64_t kMaxLength = INT64_MAX;

// The status for a Transfer-Encoding that is not exactly "chunked" (RFC 9112 sections 6.1 and 6.3): 501 if the length
// of the body is clear, because chunked comes last and once; 400 otherwise.
int status_of_codings(std::string_view value) {
  const auto codings = split(value, ',');
  for (std::size_t i = 0; i < codings.size(); ++i) {
    const std::string_view coding = trimmed(codings[i]);
    const bool is_last = i + 1 == codings.size();
    if (!is_token(coding) || equal_ignoring_case(coding, "chunked") != is_last) return 400;
  }
  return 501;
}

// What the framing fields say, without regard to method and status; nothing if there are none.
Parsed<std::optional<Framing>> read_fields(Version version, const Headers& headers) {
  std::optional<std::string_view> coding;
  std::optional<std::string_view> length;
  for (const std::string_view value : headers.values("transfer-encoding")) {
    if (coding) return parse_failure(400, "more than one Transfer-Encoding field");
    coding = value;
  }
  for (const std::string_view value : headers.values("content-length")) {
    if (length) return parse_failure(400, "more than one Content-Length field");
    length = value;
  }
  if (coding) {
    if (version != Version::http_1_1) return parse_failure(400, "Transfer-Encoding in a version without it");
    if (length) return parse_failure(400, "both Transfer-Encoding and Content-Length");
    if (!equal_ignoring_case(*coding, "chunked")) {
      return parse_failure(status_of_codings(*coding), "Transfer-Encoding: not exactly 'chunked'");
    }
    return Framing{Framing::Kind::chunked, 0};
  }
  if (!length) return std::nullopt;
  const auto bytes = parse_unsigned(*length, kMaxLength);
  if (!bytes) return parse_failure(400, "Content-Length: not a number of digits below 2^63");
  return Framing{Framing::Kind::length, *bytes};
}

bool keeps_alive(Version version, const Headers& headers) {
  if (version == Version::http_1_0) {
    return has_list_member(headers, "connection", "keep-alive") && !has_list_member(headers, "connection", "close");
  }
  return !has_list_member(headers, "connection", "close");
}

}  // namespace

Parsed<Framing> decide_framing(const RequestHead& head) {
  const auto said = read_fields(head.version, head.headers);
  if (!said) return tl::make_unexpected(said.error());
  return said->value_or(Framing{});
}

Parsed<Framing> decide_framing(const ResponseHead& head, std::string_view request_method) {
  const auto said = read_fields(head.version, head.headers);
  if (!said) return parse_failure(502, said.error().detail);
  if (head.status < 200 || head.status == 204) {
    // A length of 0 is harmless, and some servers send it with a 204.
    if (*said && (*said)->has_body()) return parse_failure(502, "a body announced with 1xx or 204");
    return Framing{};
  }
  if (request_method == "HEAD" || head.status == 304) return Framing{};
  if (request_method == "CONNECT" && head.status < 300) return Framing{};
  return said->value_or(Framing{Framing::Kind::until_close, 0});
}

bool keeps_alive(const RequestHead& head) {
  return keeps_alive(head.version, head.headers);
}
bool keeps_alive(const ResponseHead& head) {
  return keeps_alive(head.version, head.headers);
}

bool has_list_member(const Headers& headers, FieldName name, std::string_view token) {
  for (std::string_view rest : headers.values(name)) {
    for (;;) {
      const auto comma = rest.find(',');
      if (equal_ignoring_case(trimmed(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

bool asks_for_websocket(const RequestHead& head) {
  if (head.method != "GET" || head.version != Version::http_1_1) return false;
  const Headers& headers = head.headers;
  if (headers.has("transfer-encoding") || headers.has("content-length")) return false;
  const auto protocol = headers.find("upgrade");
  if (!protocol || headers.count("upgrade") != 1 || !equal_ignoring_case(*protocol, "websocket")) return false;
  const auto version = headers.find("sec-websocket-version");
  return has_list_member(headers, "connection", "upgrade") && headers.count("sec-websocket-key") == 1 && version &&
         *version == "13";
}

Parsed<bool> expects_continue(const RequestHead& head) {
  bool wanted = false;
  for (const std::string_view value : head.headers.values("expect")) {
    if (wanted || !equal_ignoring_case(value, "100-continue")) {
      return parse_failure(417, "Expect: not exactly '100-continue'");
    }
    wanted = true;
  }
  return wanted && head.version != Version::http_1_0;
}

}  // namespace sallyport::http
