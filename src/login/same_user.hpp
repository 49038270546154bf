#pragma once

#include "identity/credential.hpp"

namespace sallyport::login {

// What looking at a logged-in user again says about the credential of his session.
enum class Standing { same, changed, other_user };

// `now` is what the registry says of the user of that name. other_user: another entry has the name, or it has another
// password. changed: other groups, attributes or name of the entry. Servers may tell values in any order.
Standing standing_of(const identity::Credential& session, const identity::Credential& now);

// `now`, with the method and the level by which the session's user has proved who he is.
Result<std::shared_ptr<const identity::Credential>> refreshed(const identity::Credential& session,
                                                              const identity::Credential& now);

}  // namespace sallyport::login
