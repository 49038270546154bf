#pragma once

#include <vector>

#include "config/settings.hpp"
#include "inbound/interface.hpp"
#include "tls/ticket_table.hpp"

namespace sallyport::server {

// The interfaces of these settings, by number (see config/interfaces.hpp). Reads files. Errors: bad_config and those of
// files, each naming what is wrong and where. `tickets` must outlive them.
Result<std::vector<inbound::Interface>> make_interfaces(const config::Settings& settings, tls::TicketTable& tickets);

}  // namespace sallyport::server
