#include "http/h2_head.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/authority.hpp"
#include "http/chars.hpp"
#include "http/target_form.hpp"

namespace sallyport::http {
namespace {

// What a field line of HTTP/1 has besides name and value.
constexpr std::size_t kLineOverhead = 4;
constexpr int kBadGateway = 502;
constexpr std::size_t kUsualFields = 16;
constexpr std::size_t kUsualBytes = 512;

// A field name as HTTP/2 has it (RFC 9113 section 8.2.1): a token without capitals.
bool is_lower_token(FieldName name) {
  const std::string_view text = name.text();
  if (name.id() != kOtherField) return text == text_of(name.id());
  return is_token(text) && std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

bool is_connection_specific(FieldName name) {
  constexpr FieldIds kSpecific{"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"};
  return kSpecific.has(name.id());
}

Parsed<Field> H2FieldJudge::judge(std::string_view name_text, std::string_view value) {
  const FieldName name = name_text;
  bytes_ += name_text.size() + value.size() + kLineOverhead;
  if (bytes_ > limits_.max_head) return parse_failure(431, "header fields too long");
  if (++count_ > limits_.max_field_count) return parse_failure(431, "too many header fields");
  if (!is_lower_token(name)) return parse_failure(400, "a field name that is no token in lower case");
  if (!is_field_value(value)) return parse_failure(400, "a control character in a field value");
  if (!value.empty() && (is_blank(value.front()) || is_blank(value.back()))) {
    return parse_failure(400, "white space around a field value");
  }
  if (is_connection_specific(name)) {
    return parse_failure(400, "a field of an HTTP/1 connection: " + std::string(name_text));
  }
  return Field(name, value, true);
}

void H2RequestMaker::add(std::string_view name, std::string_view value) {
  if (!verdict_) return;
  verdict_ = name.starts_with(':') ? add_pseudo(name, value) : add_regular(name, value);
}

// nghttp2 has seen to their order and number.
Parsed<> H2RequestMaker::add_pseudo(std::string_view name, std::string_view value) {
  if (name == ":method") {
    if (value.size() > limits_.max_method) return parse_failure(501, "method too long");
    method_ = value;
  } else if (name == ":path") {
    if (value.size() > limits_.max_start_line) return parse_failure(414, ":path too long");
    path_ = value;
  } else if (name == ":scheme") {
    scheme_ = value.substr(0, limits_.max_method);
  } else if (name == ":authority") {
    if (value.size() > limits_.max_start_line) return parse_failure(414, ":authority too long");
    authority_ = value;
    has_authority_ = true;
  } else if (name == ":protocol") {
    protocol_ = value.substr(0, limits_.max_method);
    has_protocol_ = true;
  } else {
    return parse_failure(400, "a pseudo-field that nobody asked for");
  }
  return {};
}

// All pseudo-fields have come. One allocation for the usual head; a larger one grows by itself.
void H2RequestMaker::begin_fields() {
  fields_.reserve(kUsualFields, kUsualBytes);
  if (has_authority_) fields_.add("Host", authority_);
}

Parsed<> H2RequestMaker::add_regular(std::string_view name, std::string_view value) {
  if (judge_.has_seen_none()) begin_fields();
  const auto judged = judge_.judge(name, value);
  if (!judged) return tl::make_unexpected(judged.error());
  if (judged->is("host")) {
    if (has_host_) return parse_failure(400, "more than one Host field");
    has_host_ = true;
    host_ = value;
    if (!has_authority_) fields_.add("Host", value);
  } else if (judged->is("cookie")) {
    if (!cookie_.empty()) cookie_ += "; ";
    cookie_ += value;
  } else {
    fields_.add(*judged);
  }
  return {};
}

Parsed<RequestHead> H2RequestMaker::finish() {
  if (!verdict_) return tl::make_unexpected(verdict_.error());
  if (judge_.has_seen_none()) begin_fields();
  if (!is_token(method_)) return parse_failure(400, ":method is no token");
  const bool is_connect = method_ == "CONNECT";
  if (is_connect && !has_protocol_) return parse_failure(501, "CONNECT");
  if (has_protocol_ && !is_connect) return parse_failure(400, ":protocol without CONNECT");
  if (has_protocol_ && protocol_ != "websocket") return parse_failure(501, "CONNECT for another protocol than websocket");
  // What arrives by TLS is https, whatever it says of itself; who says otherwise wants somebody to believe it.
  if (scheme_ != "https") return parse_failure(400, ":scheme is not https");
  if (!is_target_text(path_)) return parse_failure(400, ":path is empty or has a space, '#', control or non-ASCII byte");
  if (is_connect) method_ = "GET";
  const auto form = form_of(method_, path_);
  if (!form || (*form != TargetForm::origin && *form != TargetForm::asterisk)) {
    return parse_failure(400, ":path does not begin with '/'");
  }
  if (has_authority_ && has_host_ && !equal_ignoring_case(authority_, host_)) {
    return parse_failure(400, ":authority and Host differ");
  }
  const std::string& authority = has_authority_ ? authority_ : host_;
  if (!is_authority(authority)) return parse_failure(400, "no host with an optional port in :authority or Host");
  RequestHead head;
  head.method = std::move(method_);
  head.target = std::move(path_);
  head.version = Version::http_2;
  head.asks_for_tunnel = is_connect;
  if (!cookie_.empty()) fields_.add(Field("cookie", cookie_, true));
  head.headers = std::move(fields_);
  return head;
}

void H2ResponseMaker::add(std::string_view name, std::string_view value) {
  if (!verdict_) return;
  if (name == ":status") {
    const auto status = value.size() == 3 ? parse_unsigned(value, 599) : std::nullopt;
    if (!status || *status < 100 || head_.status != 0) {
      verdict_ = parse_failure(kBadGateway, ":status is no code from 100 to 599");
      return;
    }
    head_.status = static_cast<int>(*status);
    return;
  }
  const auto judged = judge_.judge(name, value);
  if (judged) {
    head_.headers.add(*judged);
  } else {
    verdict_ = parse_failure(kBadGateway, judged.error().detail);
  }
}

Parsed<ResponseHead> H2ResponseMaker::finish() {
  if (!verdict_) return tl::make_unexpected(verdict_.error());
  if (head_.status == 0) return parse_failure(kBadGateway, "no :status");
  // RFC 9113 section 8.6.
  if (head_.status == 101) return parse_failure(kBadGateway, "status 101");
  head_.version = Version::http_2;
  return std::move(head_);
}

void H2TrailerMaker::add(std::string_view name, std::string_view value) {
  if (!verdict_) return;
  const auto judged = judge_.judge(name, value);
  if (judged) {
    fields_.add(*judged);
  } else {
    verdict_ = tl::make_unexpected(judged.error());
  }
}

Parsed<Headers> H2TrailerMaker::finish() {
  if (!verdict_) return tl::make_unexpected(verdict_.error());
  return std::move(fields_);
}

Parsed<Framing> decide_h2_framing(const ResponseHead& head, std::string_view request_method, bool ended) {
  auto framing = decide_framing(head, request_method);
  if (!framing || framing->kind == Framing::Kind::none) return framing;
  if (ended) {
    if (framing->length > 0) return parse_failure(kBadGateway, "a body was announced and does not come");
    return Framing{Framing::Kind::length, 0};
  }
  if (framing->kind == Framing::Kind::until_close) return Framing{Framing::Kind::chunked, 0};
  return framing;
}

Parsed<Framing> decide_h2_framing(const RequestHead& head, bool ended) {
  auto framing = decide_framing(head);
  if (!framing) return framing;
  if (head.asks_for_tunnel) {
    if (ended) return parse_failure(400, "a WebSocket whose client says nothing");
    if (head.headers.has("content-length")) return parse_failure(400, "CONNECT with the length of a body");
    return Framing{};
  }
  if (ended) {
    if (framing->length > 0) return parse_failure(400, "a body was announced and does not come");
    return Framing{};
  }
  if (framing->kind == Framing::Kind::none) return Framing{Framing::Kind::chunked, 0};
  return framing;
}

}  // namespace sallyport::http
