#pragma once

#include <span>
#include <string>

#include "admin/command_output.hpp"
#include "authz/policy_document.hpp"

namespace sallyport::admin {

// pop create|delete|modify|attach|detach|show|list|find. `words` is the whole command, "pop" first. Changes the
// document or nothing.
CommandOutput run_pop_command(std::span<const std::string> words, authz::PolicyDocument& document);

}  // namespace sallyport::admin
