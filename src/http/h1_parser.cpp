#include "http/h1_parser.hpp"

#include "base/text.hpp"
#include "http/authority.hpp"
#include "http/chars.hpp"
#include "http/target_form.hpp"

namespace sallyport::http {
namespace {

constexpr int kBadGateway = 502;

// HTTP-version (RFC 9112 section 2.3). The error is the status for a request: 505 for a version that we do not speak,
// 400 for what is no version at all.
tl::expected<Version, int> parse_version(std::string_view text) {
  if (text == "HTTP/1.1") return Version::http_1_1;
  if (text == "HTTP/1.0") return Version::http_1_0;
  const bool is_version =
      text.size() == 8 && text.substr(0, 5) == "HTTP/" && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
  return tl::make_unexpected(is_version ? 505 : 400);
}

FieldSection::Limits field_limits(const HeadLimits& limits) {
  return {limits.max_head, limits.max_field_count};
}

}  // namespace

RequestParser::RequestParser(const HeadLimits& limits) : limits_(limits), fields_(field_limits(limits)) {}

bool RequestParser::started() const {
  return state_ != State::start_line || !lines_.partial().empty();
}

Parsed<std::size_t> RequestParser::feed(std::string_view bytes) {
  std::string_view rest = bytes;
  if (state_ == State::start_line) {
    const auto finished = feed_start_line(rest);
    if (!finished) return tl::make_unexpected(finished.error());
    if (!*finished) return bytes.size();
    state_ = State::fields;
  }
  if (state_ == State::fields) {
    const auto finished = fields_.feed(rest, lines_);
    if (!finished) return tl::make_unexpected(finished.error());
    if (!*finished) return bytes.size();
    if (const auto host = check_host(); !host) return tl::make_unexpected(host.error());
    state_ = State::complete;
  }
  return bytes.size() - rest.size();
}

// True when the request line has been read.
Parsed<bool> RequestParser::feed_start_line(std::string_view& bytes) {
  for (;;) {
    const auto line = lines_.take(bytes);
    if (!line) {
      const std::string_view partial = lines_.partial();
      if (partial.empty() || partial == "\r") return false;
      // What is no HTTP at all, TLS for example, is refused before a line end comes.
      if (const auto method = check_method_so_far(partial); !method) return tl::make_unexpected(method.error());
      if (partial.size() > limits_.max_start_line) return parse_failure(414, "request line too long");
      return false;
    }
    // RFC 9112 section 2.2: one empty line before a request is the fault of old clients after a POST; more of them
    // are somebody looking for a difference.
    if (*line == "\r\n" && !skipped_empty_line_) {
      skipped_empty_line_ = true;
      continue;
    }
    if (const auto method = check_method_so_far(*line); !method) return tl::make_unexpected(method.error());
    if (line->size() > limits_.max_start_line) return parse_failure(414, "request line too long");
    const auto text = without_crlf(*line);
    if (!text) return parse_failure(400, "request line: ended by LF without CR");
    if (const auto parsed = parse_request_line(*text); !parsed) return tl::make_unexpected(parsed.error());
    return true;
  }
}

Parsed<> RequestParser::check_method_so_far(std::string_view line) const {
  std::size_t length = 0;
  while (length < line.size() && length <= limits_.max_method && is_in(line[length], kToken)) ++length;
  if (length > limits_.max_method) return parse_failure(501, "request line: method too long");
  if (length == line.size() || (line[length] == ' ' && length > 0)) return {};
  return parse_failure(400, "request line: does not begin with a method and a space");
}

// request-line = method SP request-target SP HTTP-version (RFC 9112 section 3); check_method_so_far() has passed.
Parsed<> RequestParser::parse_request_line(std::string_view line) {
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = line.rfind(' ');
  if (method_end == target_end) return parse_failure(400, "request line: no version");
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const auto version = parse_version(line.substr(target_end + 1));
  if (!version) return parse_failure(version.error(), "request line: version is neither HTTP/1.1 nor HTTP/1.0");
  if (!is_target_text(target)) {
    return parse_failure(400, "request line: target is empty or has a space, '#', control or non-ASCII byte");
  }
  if (!form_of(method, target)) return parse_failure(400, "request line: target has none of the four forms");
  head_.version = *version;
  head_.method = method;
  head_.target = target;
  return {};
}

// RFC 9112 section 3.2: exactly one valid Host in HTTP/1.1; in HTTP/1.0 at most one. A proxy that takes another one than
// the next hop is lost.
Parsed<> RequestParser::check_host() const {
  std::optional<std::string_view> host;
  for (const std::string_view value : fields_.fields().values("host")) {
    if (host) return parse_failure(400, "more than one Host field");
    host = value;
  }
  if (!host && head_.version == Version::http_1_1) return parse_failure(400, "no Host field");
  if (host && !is_authority(*host)) return parse_failure(400, "Host field: not a host with an optional port");
  return {};
}

RequestHead RequestParser::take() {
  RequestHead head = std::move(head_);
  head.headers = fields_.take();
  head_.method.clear();
  head_.target.clear();
  lines_.reset();
  state_ = State::start_line;
  skipped_empty_line_ = false;
  return head;
}

ResponseParser::ResponseParser(const HeadLimits& limits) : limits_(limits), fields_(field_limits(limits)) {}

bool ResponseParser::started() const {
  return state_ != State::start_line || !lines_.partial().empty();
}

Parsed<std::size_t> ResponseParser::feed(std::string_view bytes) {
  std::string_view rest = bytes;
  if (state_ == State::start_line) {
    const auto finished = feed_start_line(rest);
    if (!finished) return tl::make_unexpected(finished.error());
    if (!*finished) return bytes.size();
    state_ = State::fields;
  }
  if (state_ == State::fields) {
    const auto finished = fields_.feed(rest, lines_);
    if (!finished) return parse_failure(kBadGateway, finished.error().detail);
    if (!*finished) return bytes.size();
    state_ = State::complete;
  }
  return bytes.size() - rest.size();
}

Parsed<bool> ResponseParser::feed_start_line(std::string_view& bytes) {
  constexpr std::string_view beginning = "HTTP/1.";
  const auto line = lines_.take(bytes);
  const std::string_view so_far = line ? *line : lines_.partial();
  if (so_far.substr(0, beginning.size()) != beginning.substr(0, so_far.size())) {
    return parse_failure(kBadGateway, "status line: does not begin with HTTP/1.");
  }
  if (so_far.size() > limits_.max_start_line) return parse_failure(kBadGateway, "status line too long");
  if (!line) return false;
  const auto text = without_crlf(*line);
  if (!text) return parse_failure(kBadGateway, "status line: ended by LF without CR");
  if (const auto parsed = parse_status_line(*text); !parsed) return tl::make_unexpected(parsed.error());
  return true;
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 section 4). The second space may be missing
// when there is no reason: many servers leave it out, and nothing can be misread.
Parsed<> ResponseParser::parse_status_line(std::string_view line) {
  const auto version = parse_version(line.substr(0, 8));
  if (!version) return parse_failure(kBadGateway, "status line: version is neither HTTP/1.1 nor HTTP/1.0");
  const auto status = line.size() >= 12 ? parse_unsigned(line.substr(9, 3), 599) : std::nullopt;
  if (line.size() < 12 || line[8] != ' ' || !status || *status < 100) {
    return parse_failure(kBadGateway, "status line: no status code from 100 to 599");
  }
  if (line.size() > 12 && line[12] != ' ') return parse_failure(kBadGateway, "status line: no space after the code");
  const std::string_view reason = line.size() > 12 ? line.substr(13) : std::string_view();
  if (!is_field_value(reason)) return parse_failure(kBadGateway, "status line: control character in the reason");
  head_.version = *version;
  head_.status = static_cast<int>(*status);
  head_.reason = reason;
  return {};
}

ResponseHead ResponseParser::take() {
  ResponseHead head = std::move(head_);
  head.headers = fields_.take();
  head_.reason.clear();
  lines_.reset();
  state_ = State::start_line;
  return head;
}

}  // namespace sallyport::http
