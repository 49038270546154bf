#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/secret.hpp"
#include "http/message.hpp"
#include "session/session.hpp"

namespace sallyport::authn {

// Name and password from a login form. Both have at least one character that is no blank.
struct LoginAttempt {
  std::string user;  // UTF-8 without control characters, without blanks at both ends
  Secret password;   // UTF-8 without control characters
};

// Why a form is no attempt: nobody may be asked about it.
enum class LoginRefusal : std::uint8_t {
  wrong_method,  // not POST
  malformed,     // no form, a field twice, bad encoding
  too_large,
  unsupported,  // a login-form-type that is not served
  foreign,      // sent by a page of somebody else
  stale,        // without the token of this session: the page is old, or the session is another one
  incomplete,   // no name or no password in it
};

struct LoginFormLimits {
  std::size_t max_body = 16384;
  std::size_t max_fields = 32;
  std::size_t max_user = 256;
  std::size_t max_password = 1024;
};

// Reads a request for /pkmslogin.form: fields username, password, login-form-type=pwd (may be missing) and token;
// others are ignored. `session` is the one that the request's cookie belongs to; without one the form is stale.
// `scheme` and `authority` are the request's. An empty or blank password is refused before anybody can ask a directory
// that takes it for an anonymous bind (attack case G1, RFC 4513 section 5.1.2).
tl::expected<LoginAttempt, LoginRefusal> read_login_form(const http::RequestHead& head, std::string_view body,
                                                         const session::Session* session, std::string_view scheme,
                                                         std::string_view authority, const LoginFormLimits& limits);

// The same judgement for the forms that carry nothing but the token, as the one of /pkmslogout does: nothing, or why
// not. Never `incomplete`.
tl::expected<void, LoginRefusal> check_token_form(const http::RequestHead& head, std::string_view body,
                                                  const session::Session* session, std::string_view scheme,
                                                  std::string_view authority, const LoginFormLimits& limits);

// The field `code` of the forms for one-time passwords, without blanks: people type them in two groups. Judged as above;
// incomplete, if it is not digits only.
tl::expected<std::string, LoginRefusal> read_code_form(const http::RequestHead& head, std::string_view body,
                                                       const session::Session* session, std::string_view scheme,
                                                       std::string_view authority, const LoginFormLimits& limits);

// What login-form-type says, before anything is checked: "pwd" if it is missing; empty for a body that is no form.
std::string login_form_type(std::string_view body, const LoginFormLimits& limits);

// For logs: "stale".
std::string_view name_of(LoginRefusal refusal);

}  // namespace sallyport::authn
