// tls: a Stream around a Stream, through GnuTLS. Who we are (certificates by server name), whom we trust (for the
// connections that we open), which tickets may be resumed. Nothing of a login hangs on a TLS session.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/gnutls_owner.hpp"
#include "tls/certificate_pair.hpp"
#include "tls/client_auth.hpp"
#include "tls/ticket_table.hpp"

namespace sallyport::tls {

// Certificates for one or more names. Several pairs of different key types may serve one name.
struct ServerIdentity {
  std::vector<std::string> names;  // "www.example.com", "*.example.com"; empty: for every other name
  std::vector<CertificatePair> pairs;
};

// The priority string for servers when the configuration has none.
extern const char* const kDefaultPriorities;

struct ServerOptions {
  std::vector<ServerIdentity> identities;  // exactly one without names
  std::string priorities;                  // GnuTLS priority string; empty: kDefaultPriorities
  bool tickets = true;  // that resume; those that are armed are sent all the same
  std::chrono::seconds ticket_lifetime{7200};
  ClientAuthPolicies client_auth;
  std::string client_ca_pem;  // the authorities of clients' certificates; needed if any are asked for
  std::string client_ca_origin;  // for error messages
  std::vector<std::string> alpn;  // in our order of preference
};

// What every accepted connection of a listener shares. Immutable after make(); thread-safe.
class ServerContext {
 public:
  // Errors: bad_config with the file and the reason (unreadable key, key and certificate that do not match, ...).
  // `tickets` is shared by all contexts of the process and must outlive them.
  static Result<std::shared_ptr<const ServerContext>> make(const ServerOptions& options, TicketTable& tickets);

  ~ServerContext();

 private:
  friend class TlsStream;
  ServerContext() = default;

  bool offers_h2() const { return std::find(alpn_.begin(), alpn_.end(), "h2") != alpn_.end(); }
  // The index into credentials_ for a server name in lower case: exact, then one-label wildcard, then the default.
  std::size_t identity_for(std::string_view server_name) const;

  std::vector<ServerIdentity> identities_;
  std::vector<crypto::CredentialsHandle> credentials_;
  std::size_t default_identity_ = 0;
  crypto::PriorityHandle priorities_;
  crypto::PriorityHandle priorities_below_1_3_;  // null if they leave nothing
  std::vector<std::string> alpn_;
  ClientAuthPolicies client_auth_;
  bool tickets_enabled_ = false;
  std::chrono::seconds ticket_lifetime_{0};
  gnutls_datum_t ticket_key_{};
  TicketTable* ticket_table_ = nullptr;
};

}  // namespace sallyport::tls
