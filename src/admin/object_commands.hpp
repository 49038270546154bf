#pragma once

#include <span>
#include <string>

#include "admin/command_output.hpp"
#include "authz/policy_document.hpp"

namespace sallyport::admin {

// object show|list|listandshow|exists|create|delete|modify. `words` is the whole command, "object" first. Changes the
// document or nothing.
CommandOutput run_object_command(std::span<const std::string> words, authz::PolicyDocument& document);

}  // namespace sallyport::admin
