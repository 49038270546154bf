#pragma once

#include "net/proxy_header.hpp"
#include "net/stream.hpp"

namespace sallyport::net {

// Takes the header off the beginning of the stream, and no byte behind it. The stream must outlive the task. Errors:
// malformed, too_large (see parse_proxy_header()); closed (it ends first: without a detail, before its first byte);
// timeout, canceled, reset.
async::Task<Result<ProxyHeader>> read_proxy_header(Stream& stream, async::Deadline deadline);

}  // namespace sallyport::net
