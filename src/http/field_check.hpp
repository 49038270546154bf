#pragma once

#include "http/chars.hpp"
#include "http/message.hpp"

// May a field be written, whichever version writes it (RFC 9110 section 5)? What a parser has judged is not judged again.
namespace sallyport::http {

// A name that has a number is a token.
inline bool has_good_name(const Field& field) {
  return field.judged || field.id != kOtherField || is_token(field.name);
}
inline bool has_good_value(const Field& field) { return field.judged || is_field_value(field.value); }

}  // namespace sallyport::http
