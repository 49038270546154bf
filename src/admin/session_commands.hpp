#pragma once

#include <span>
#include <string>

#include "admin/command_output.hpp"
#include "store/session_store.hpp"

namespace sallyport::admin {

// session list | session terminate <session id> | session terminate all_sessions <user>; also in WebSEAL's words:
// terminate session <session id> | terminate all_sessions <user>. Ids are the administrative handles, never what the
// cookie holds.
CommandOutput run_session_command(std::span<const std::string> words, store::SessionStore& sessions);

}  // namespace sallyport::admin
