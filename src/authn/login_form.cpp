#include "authn/login_form.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/forms.hpp"
#include "session/same_origin.hpp"

namespace sallyport::authn {
namespace {

constexpr std::size_t kMostDigits = 10;  // of a one-time password

bool is_text(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::string_view value_of(const http::Form& form, std::string_view name) {
  return form.find(name).value_or(std::string_view());
}

// Everything that a form of ours must satisfy, whatever its fields are.
tl::expected<http::Form, LoginRefusal> read_own_form(const http::RequestHead& head, std::string_view body,
                                                     const session::Session* session, std::string_view scheme,
                                                     std::string_view authority, const LoginFormLimits& limits) {
  if (head.method != "POST") return tl::unexpected(LoginRefusal::wrong_method);
  const auto type = head.headers.find("Content-Type");
  if (!type || head.headers.count("Content-Type") != 1 || !http::is_form_type(*type)) {
    return tl::unexpected(LoginRefusal::malformed);
  }
  if (session::initiator_of(head.headers, scheme, authority) == session::Initiator::other_page) {
    return tl::unexpected(LoginRefusal::foreign);
  }
  auto form = http::Form::parse(body, http::FormLimits{limits.max_body, limits.max_fields});
  if (!form) {
    return tl::unexpected(form.error().code == Errc::too_large ? LoginRefusal::too_large : LoginRefusal::malformed);
  }
  if (session == nullptr || !session::is_form_token(*session, value_of(*form, "token"))) {
    return tl::unexpected(LoginRefusal::stale);
  }
  return std::move(*form);
}

}  // namespace

tl::expected<LoginAttempt, LoginRefusal> read_login_form(const http::RequestHead& head, std::string_view body,
                                                         const session::Session* session, std::string_view scheme,
                                                         std::string_view authority, const LoginFormLimits& limits) {
  const auto form = read_own_form(head, body, session, scheme, authority, limits);
  if (!form) return tl::unexpected(form.error());
  const auto type = value_of(*form, "login-form-type");
  if (!type.empty() && type != "pwd") return tl::unexpected(LoginRefusal::unsupported);

  const auto user = trimmed(value_of(*form, "username"));
  const auto password = value_of(*form, "password");
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
  const auto form = read_own_form(head, body, session, scheme, authority, limits);
  if (!form) return tl::unexpected(form.error());
  return {};
}

tl::expected<std::string, LoginRefusal> read_code_form(const http::RequestHead& head, std::string_view body,
                                                       const session::Session* session, std::string_view scheme,
                                                       std::string_view authority, const LoginFormLimits& limits) {
  const auto form = read_own_form(head, body, session, scheme, authority, limits);
  if (!form) return tl::unexpected(form.error());
  std::string code;
  for (const char c : value_of(*form, "code")) {
    if (c == ' ') continue;
    if (!is_digit(c) || code.size() == kMostDigits) return tl::unexpected(LoginRefusal::incomplete);
    code += c;
  }
  if (code.empty()) return tl::unexpected(LoginRefusal::incomplete);
  return code;
}

std::string login_form_type(std::string_view body, const LoginFormLimits& limits) {
  const auto form = http::Form::parse(body, http::FormLimits{limits.max_body, limits.max_fields});
  if (!form) return {};
  return std::string(form->find("login-form-type").value_or("pwd"));
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
