#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "login/entry_match.hpp"

// Text on its way into and out of a directory. Pure: nothing here asks anybody.
namespace sallyport::login {

// A value as it is written into a search filter (RFC 4515 section 3): "*", "(", ")", "\" and control characters, NUL
// among them, become "\XX".
std::string escaped_filter_value(std::string_view value);

// "(&(objectClass=person)(uid=alice))"
std::string user_filter(std::string_view object_class, std::string_view attribute, std::string_view user);

// "(member=uid=alice,ou=people,dc=example,dc=com)"
std::string member_filter(std::string_view attribute, std::string_view dn);

// "(&(objectClass=person)(mail=alice@example.com)(employeeType=staff))"
std::string match_filter(std::string_view object_class, const std::vector<EntryMatch::Condition>& conditions);

// Whether one of the values is this one: by ASCII letters without regard to case, or as the same distinguished name.
// Directories call more than that equal, such as text with characters that nobody sees.
bool has_same_value(const std::vector<std::string>& values, std::string_view wanted);

// Whether a directory may be asked at all: a name that can be somebody's, and a password that is one. A bind with an
// empty password succeeds and proves nothing (RFC 4513 section 5.1.2), and there are directories that take blanks, or
// whatever stands before a NUL, for an empty password (attacks G1, G2). Error: denied.
Result<> check_askable(std::string_view user, const Secret& password);

// What an entry is called: its one value of the naming attribute; of several values the one that its distinguished name
// has. Errors: malformed (no value, or several and none of them is in the name).
Result<std::string> name_of_entry(std::string_view dn, std::string_view attribute,
                                  const std::vector<std::string>& values);

// Whether the one entry is the other one or somewhere below it. False if one of them is no distinguished name.
bool is_below(std::string_view dn, std::string_view base);

// Whether an attribute may become a part of a credential: secrets and the directory's own bookkeeping may not.
bool is_for_credentials(std::string_view attribute);

}  // namespace sallyport::login
