#pragma once

#include "exchange/exchange.hpp"
#include "http/target.hpp"
#include "inbound/client_connection.hpp"
#include "inbound/commons.hpp"

namespace sallyport::inbound {

// Browsers of the Chromium family remember for a host which certificate its user chose, or that he chose none, until they
// are restarted. They forget it when a handshake fails for it: that of the connection which fetches an image of ours,
// /pkmsforget. Other browsers would show their user an error for it.

// The page that answers this exchange is to have the image, its section FORGETCERT: the connection ends with it, and the
// next one's handshake fails. False: this browser remembers nothing, or cannot be made to forget.
bool begin_forgetting(Commons& commons, exchange::Exchange& x, ClientConnection& connection,
                      CertificateAttempts::Remembered what);

// Answers the image's request, which came by a connection whose handshake did not fail: one that the browser had open
// before. It is to come by another.
async::Task<> serve_forgetting(exchange::Exchange& x, const http::CanonicalTarget& target);

}  // namespace sallyport::inbound
