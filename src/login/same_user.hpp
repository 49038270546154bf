#pragma once

#include <vector>

#include "identity/credential.hpp"

namespace sallyport::login {

// Registry's attributes and those of a login together; of two with one name that of the login.
std::vector<identity::Attribute> joined_attributes(const std::vector<identity::Attribute>& of_registry,
                                                   const std::vector<identity::Attribute>& of_login);

// What looking at a logged-in user again says about the credential of his session.
enum class Standing { same, changed, other_user };

// `now` is what the registry says of the user of that name. other_user: another entry has the name, or it has another
// password. changed: other groups, attributes or name of the entry. Servers may tell values in any order. Attributes of the login
// itself are none of the registry's: they stay as they are.
Standing standing_of(const identity::Credential& session, const identity::Credential& now);

// `now`, with the method, the level and the attributes by which the session's user has proved who he is.
Result<std::shared_ptr<const identity::Credential>> refreshed(const identity::Credential& session,
                                                              const identity::Credential& now);

}  // namespace sallyport::login
