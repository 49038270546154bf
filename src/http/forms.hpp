#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::http {

struct FormLimits {
  std::size_t max_bytes = 65536;
  std::size_t max_fields = 64;
};

// The fields of an application/x-www-form-urlencoded body, decoded. A login form holds a password, so what is in here
// is wiped on destruction, and there are no copies.
class Form {
 public:
  // Errors: too_large, by the limits; malformed: "%" without two hexadecimal digits, a control character but tab, CR
  // and LF (text areas have these), a name or value that is no UTF-8, a name that comes twice: which of the two counts
  // would be anybody's guess.
  static Result<Form> parse(std::string_view body, const FormLimits& limits);

  Form() = default;
  Form(Form&&) noexcept = default;
  Form& operator=(Form&&) noexcept;
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;
  ~Form();

  // The value of the field, which may be empty; nothing if there is no such field.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t size() const { return fields_.size(); }

 private:
  struct FormField {
    std::string name;
    std::string value;
  };
  void wipe_all();

  std::vector<FormField> fields_;
};

// True if the value of a Content-Type field says application/x-www-form-urlencoded, in UTF-8 if it names a charset.
bool is_form_type(std::string_view content_type);

}  // namespace sallyport::http
