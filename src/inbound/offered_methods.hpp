#pragma once

#include <vector>

#include "authn/page.hpp"
#include "authn/step_up_ladder.hpp"
#include "exchange/exchange.hpp"
#include "inbound/sessions.hpp"

namespace sallyport::inbound {

// Whether somebody can log in by this method now, by this connection, to this host and in a page.
bool is_offered(const exchange::Exchange& x, const Snapshot& snapshot, authn::Method method);

// The methods by which the level can be reached now, the weakest first; none for level 0.
std::vector<authn::Method> offered_for(const exchange::Exchange& x, const Snapshot& snapshot, int level);

// What a login page shows this visitor: the methods that reach the level which his session wants; all that there are if
// it wants none, or if somebody who is not logged in has no such method or is to be shown all.
std::vector<authn::Method> methods_to_show(const exchange::Exchange& x, const Snapshot& snapshot,
                                           const Visitor& visitor);

// Switches the sections of a page: %FORMSAUTHN% and %BASICAUTHN% for the password's form, %CERTAUTHN%, %TOTPAUTHN%.
void show_sections(authn::PageValues& values, const std::vector<authn::Method>& methods);

}  // namespace sallyport::inbound
