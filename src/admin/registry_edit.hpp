#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/command_output.hpp"
#include "login/ldif.hpp"

// What the commands for users and those for groups have in common.
namespace sallyport::admin {

// The entry of the user of that name, without regard to case; null if there is none.
login::LdifEntry* find_user(login::LdifDocument& registry, std::string_view name);
login::LdifEntry* find_group(login::LdifDocument& registry, std::string_view name);

// The groups that the user belongs to, by name, sorted.
std::vector<std::string> groups_of(const login::LdifDocument& registry, const login::LdifEntry& user);

// Takes the name of an entry out of all groups.
void remove_from_groups(login::LdifDocument& registry, std::string_view dn);

// A new entry of that name, at the end. Errors: malformed for what is no distinguished name, already_exists.
Result<login::LdifEntry*> add_entry(login::LdifDocument& registry, std::string_view dn);

// Applies `change` to a copy and puts the copy in place if it is still a registry; the error otherwise.
CommandOutput edit(login::LdifDocument& registry, const std::function<Result<void>(login::LdifDocument&)>& change);

// pdadmin's patterns: '*' is any text; without regard to case.
bool matches_pattern(std::string_view pattern, std::string_view name);

// The names that match, one a line, sorted, at most `max` of them.
std::string render_names(std::vector<std::string> names, std::string_view pattern, std::size_t max);

// The line of an attribute in `show`: "Label: value\n", or "Label:\n".
std::string shown(std::string_view label, std::string_view value);

}  // namespace sallyport::admin
