#include "http/forms.hpp"

#include <algorithm>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace sallyport::http {
namespace {

// Decodes into `out`, which has room already, so that no half of a password stays behind in a smaller buffer.
Result<> decode(std::string_view text, std::string& out) {
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    if (text[i] == '%') {
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(Errc::malformed, "form: '%' without two hexadecimal digits", Side::client);
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (is_control(c) && c != '\t' && c != '\r' && c != '\n') {
      return fail(Errc::malformed, "form: control character", Side::client);
    }
    out += c;
  }
  if (!is_utf8(out)) return fail(Errc::malformed, "form: not UTF-8 after decoding", Side::client);
  return {};
}

}  // namespace

Result<Form> Form::parse(std::string_view body, const FormLimits& limits) {
  if (body.size() > limits.max_bytes) return fail(Errc::too_large, "form: too many bytes", Side::client);
  Form form;
  // Growing would leave unwiped copies of short values behind.
  form.fields_.reserve(limits.max_fields);
  while (!body.empty()) {
    const auto ampersand = body.find('&');
    const std::string_view piece = body.substr(0, ampersand);
    body.remove_prefix(std::min(body.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (form.fields_.size() == limits.max_fields) return fail(Errc::too_large, "form: too many fields", Side::client);
    const auto equals = piece.find('=');
    std::string name;
    if (const auto decoded = decode(piece.substr(0, equals), name); !decoded) return fail(decoded.error());
    if (form.find(name)) return fail(Errc::malformed, "form: a field comes twice", Side::client);
    FormField& field = form.fields_.emplace_back();
    field.name = std::move(name);
    if (equals == std::string_view::npos) continue;
    if (const auto decoded = decode(piece.substr(equals + 1), field.value); !decoded) return fail(decoded.error());
  }
  return form;
}

Form& Form::operator=(Form&& other) noexcept {
  if (this != &other) {
    wipe_all();
    fields_ = std::move(other.fields_);
  }
  return *this;
}

Form::~Form() {
  wipe_all();
}

void Form::wipe_all() {
  for (FormField& field : fields_) wipe(field.value);
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (const FormField& field : fields_) {
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

bool is_form_type(std::string_view content_type) {
  const auto pieces = split(content_type, ';');
  if (!equal_ignoring_case(trimmed(pieces.front()), "application/x-www-form-urlencoded")) return false;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    std::string_view parameter = trimmed(pieces[i]);
    if (!starts_with_ignoring_case(parameter, "charset=")) continue;
    parameter.remove_prefix(8);
    if (!equal_ignoring_case(parameter, "utf-8") && !equal_ignoring_case(parameter, "\"utf-8\"")) return false;
  }
  return true;
}

}  // namespace sallyport::http
