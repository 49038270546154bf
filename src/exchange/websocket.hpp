#pragma once

#include <string>
#include <string_view>

namespace sallyport::exchange {

// A fresh Sec-WebSocket-Key (RFC 6455 section 4.1).
std::string new_websocket_key();

// The Sec-WebSocket-Accept that proves that a server has read this key (RFC 6455 section 4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace sallyport::exchange
