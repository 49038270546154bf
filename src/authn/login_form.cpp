#include "authn/login_form.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "session/same_origin.hpp"

namespace sallyport::authn {
namespace {

using Fields = std::map<std::string, Secret, std::less<>>;

// application/x-www-form-urlencoded (WHATWG URL section 5.1), but strict about '%'.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

bool is_form(const http::Headers& headers) {
  const auto type = headers.find("Content-Type");
  if (!type || headers.count("Content-Type") != 1) return false;
  return equal_ignoring_case(trimmed(type->substr(0, type->find(';'))), "application/x-www-form-urlencoded");
}

bool is_text(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

tl::expected<Fields, LoginRefusal> read_fields(std::string_view body, const LoginFormLimits& limits) {
  Fields fields;
  if (body.size() > limits.max_body) return tl::unexpected(LoginRefusal::too_large);
  for (const auto pair : split(body, '&')) {
    if (pair.empty()) continue;
    if (fields.size() == limits.max_fields) return tl::unexpected(LoginRefusal::too_large);
    const auto equals = pair.find('=');
    const auto name = decoded(pair.substr(0, equals));
    auto value = decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!name || !value) return tl::unexpected(LoginRefusal::malformed);
    // Two parties could read different ones of two values.
    if (!fields.emplace(*name, Secret::take(std::move(*value))).second) return tl::unexpected(LoginRefusal::malformed);
  }
  return fields;
}

std::string_view value_of(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : found->second.reveal();
}

// Everything that a form of ours must satisfy, whatever its fields are.
tl::expected<Fields, LoginRefusal> read_own_form(const http::RequestHead& head, std::string_view body,
                                                 const session::Session* session, std::string_view scheme,
                                                 std::string_view authority, const LoginFormLimits& limits) {
  if (head.method != "POST") return tl::unexpected(LoginRefusal::wrong_method);
  if (!is_form(head.headers)) return tl::unexpected(LoginRefusal::malformed);
  if (session::initiator_of(head.headers, scheme, authority) == session::Initiator::other_page) {
    return tl::unexpected(LoginRefusal::foreign);
  }
  auto fields = read_fields(body, limits);
  if (!fields) return fields;
  if (session == nullptr || !session::is_form_token(*session, value_of(*fields, "token"))) {
    return tl::unexpected(LoginRefusal::stale);
  }
  return fields;
}

}  // namespace

tl::expected<LoginAttempt, LoginRefusal> read_login_form(const http::RequestHead& head, std::string_view body,
                                                         const session::Session* session, std::string_view scheme,
                                                         std::string_view authority, const LoginFormLimits& limits) {
  const auto fields = read_own_form(head, body, session, scheme, authority, limits);
  if (!fields) return tl::unexpected(fields.error());
  const auto type = value_of(*fields, "login-form-type");
  if (!type.empty() && type != "pwd") return tl::unexpected(LoginRefusal::unsupported);

  const auto user = trimmed(value_of(*fields, "username"));
  const auto password = value_of(*fields, "password");
  if (user.size() > limits.max_user || password.size() > limits.max_password) {
    return tl::unexpected(LoginRefusal::too_large);
  }
  if (is_blank(user) || is_blank(password)) return tl::unexpected(LoginRefusal::incomplete);
  if (!is_text(user) || !is_text(password)) return tl::unexpected(LoginRefusal::malformed);
  return LoginAttempt{std::string(user), Secret(password)};
}

tl::expected<void, LoginRefusal> check_token_form(const http::RequestHead& head, std::string_view body,
                                                  const session::Session* session, std::string_view scheme,
                                                  std::string_view authority, const LoginFormLimits& limits) {
  const auto fields = read_own_form(head, body, session, scheme, authority, limits);
  if (!fields) return tl::unexpected(fields.error());
  return {};
}

std::string_view name_of(LoginRefusal refusal) {
  switch (refusal) {
    case LoginRefusal::wrong_method:
      return "wrong-method";
    case LoginRefusal::malformed:
      return "malformed";
    case LoginRefusal::too_large:
      return "too-large";
    case LoginRefusal::unsupported:
      return "unsupported";
    case LoginRefusal::foreign:
      return "foreign";
    case LoginRefusal::stale:
      return "stale";
    case LoginRefusal::incomplete:
      return "incomplete";
  }
  return "unknown";
}

}  // namespace sallyport::authn
