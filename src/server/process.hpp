#pragma once

#include <string>

#include "base/result.hpp"

// What the process does to itself.
namespace sallyport::server {

// No core dumps, no attaching by others of the same user: keys and passwords are in this memory (attack G8).
void forbid_core_dumps();

// Becomes that user and group, for good; an empty user changes nothing. Errors: bad_config (no such user), denied.
Result<> become(const std::string& user, const std::string& group);

// As many descriptors as the system lets us have.
void raise_descriptor_limit();

// Tells the service manager ("READY=1"), if there is one (sd_notify(3), the protocol is one datagram).
void notify_service_manager(const std::string& state);

}  // namespace sallyport::server
