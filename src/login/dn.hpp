#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::login {

// One spelling for every way of writing the same distinguished name (RFC 4514), for comparing member values with the
// names of entries: attribute types and ASCII letters of values in lower case, no blanks around separators, inner
// blanks single, escapes as "\XX" and only where they must be, the parts of a multi-valued RDN sorted. Two names that
// directories tell apart stay different but for the case of ASCII letters. Error: malformed.
Result<std::string> normalised_dn(std::string_view dn);

// The value that the first RDN of a name has for an attribute, unescaped and otherwise as it is spelt: "Alice" for "cn"
// of "cn=Alice,dc=example". Nothing if there is none, or if the name is none.
std::optional<std::string> leading_value_of_dn(std::string_view dn, std::string_view attribute);

// A value as it is written into a distinguished name.
std::string escaped_dn_value(std::string_view value);

}  // namespace sallyport::login
