#include "http/h1_renderer.hpp"

#include "base/text.hpp"
#include "http/field_check.hpp"
#include "http/target_form.hpp"

namespace sallyport::http {
namespace {

// The fields and the empty line behind them.
Result<> append_fields(const Headers& headers, std::string& out) {
  for (std::size_t i = headers.next_unjudged(0); i < headers.size(); i = headers.next_unjudged(i + 1)) {
    const Field field = headers[i];
    if (!has_good_name(field)) {
      return fail(Errc::internal, "head not written: field name '" + log_escaped(field.name, 64) + "' is no token");
    }
    if (!has_good_value(field)) {
      return fail(Errc::internal, "head not written: field " + std::string(field.name) + " has a control character");
    }
  }
  headers.append_lines(out);
  out += "\r\n";
  return {};
}

}  // namespace

Result<> render_request_head(std::string_view method, std::string_view target, const Headers& headers,
                             std::string& out) {
  if (!is_token(method)) return fail(Errc::internal, "head not written: method is no token");
  if (!is_target_text(target) || !form_of(method, target)) {
    return fail(Errc::internal, "head not written: target has none of the four forms");
  }
  const std::size_t before = out.size();
  out += method;
  out += ' ';
  out += target;
  out += " HTTP/1.1\r\n";
  const auto appended = append_fields(headers, out);
  if (!appended) out.resize(before);
  return appended;
}

Result<> render_response_head(const ResponseHead& head, std::string& out) {
  if (head.status < 100 || head.status > 599) return fail(Errc::internal, "head not written: no such status");
  if (!is_field_value(head.reason)) return fail(Errc::internal, "head not written: reason has a control character");
  const std::size_t before = out.size();
  out += "HTTP/1.1 ";
  const auto digit = [&head](int unit) { return static_cast<char>('0' + head.status / unit % 10); };
  const char code[] = {digit(100), digit(10), digit(1), ' '};
  out.append(code, sizeof code);
  out += head.reason.empty() ? reason_phrase(head.status) : std::string_view(head.reason);
  out += "\r\n";
  const auto appended = append_fields(head.headers, out);
  if (!appended) out.resize(before);
  return appended;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

}  // namespace sallyport::http
