#include "exchange/websocket.hpp"

#include "base/encoding.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace sallyport::exchange {

std::string new_websocket_key() { return base64_encoded(crypto::random_bytes(16)); }

std::string websocket_accept(std::string_view key) {
  return base64_encoded(crypto::sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

}  // namespace sallyport::exchange
