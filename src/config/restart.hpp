#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace sallyport::config {

// For a reload: gives every setting that takes effect after a restart only the value that `running` has. The names of
// those that had another one, "[server] worker-threads", in the order of the table.
std::vector<std::string> keep_until_restart(const Settings& running, Settings& next);

}  // namespace sallyport::config
