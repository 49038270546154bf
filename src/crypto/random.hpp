// crypto: GnuTLS's primitives with owners. Values in, values out; no sockets, no waiting. Thread-safe where nothing
// else is said.
#pragma once

#include <cstddef>
#include <string>

namespace sallyport::crypto {

// Unpredictable bytes for keys and session ids. Ends the process if the system's source fails: there is no safe way on.
std::string random_bytes(std::size_t count);

}  // namespace sallyport::crypto
