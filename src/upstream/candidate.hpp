#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tls/client_context.hpp"
#include "upstream/activity.hpp"

namespace sallyport::upstream {

// One server that could take a request.
struct Candidate {
  // Connections are shared by requests with the same key only: server, how it is reached, and the identity where it
  // rides on the connection (attack C10).
  std::string key;
  std::string server;  // "host:port": what its health is remembered under
  std::string host;
  std::uint16_t port = 0;
  std::shared_ptr<const tls::ClientContext> tls;  // null: plain TCP
  std::string tls_name;                           // SNI and the name in the certificate
  // HTTP/2: over TLS if the server takes it (ALPN), over plain TCP without asking (RFC 9113 section 3.3).
  bool http_2 = false;
  // For connections that must be HTTP/1.1 although `http_2` is set; null without TLS.
  std::shared_ptr<const tls::ClientContext> tls_http_1;
  std::size_t index = 0;               // the caller's own number for it
  int priority = 9;                    // the highest of those that are up is used
  std::shared_ptr<Activity> activity;  // may be null: not counted
};

// What a connection is wanted for.
enum class Purpose : std::uint8_t {
  request,
  websocket,  // over HTTP/2 only if the server takes that (RFC 8441)
  upgrade,    // to any other protocol: HTTP/1.1 only
};

}  // namespace sallyport::upstream
