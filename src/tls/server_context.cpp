#include "tls/server_context.hpp"

#include "base/text.hpp"

namespace sallyport::tls {

// AES-GCM first: in nettle ChaCha20 costs a dozen times as much. AES-128 before AES-256: its SHA-256 is half the
// cost of SHA-384 in a handshake. No TLS below 1.2, no CBC, no key exchange without forward secrecy.
const char* const kDefaultPriorities =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+ECDHE-ECDSA:+ECDHE-RSA:+AEAD:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+COMP-NULL:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256:"
    "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SECP384R1-SHA384:"
    "+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA512:+SIGN-EDDSA-ED25519:"
    "+CTYPE-X509:%SERVER_PRECEDENCE:%SAFE_RENEGOTIATION";

namespace {

Result<crypto::CredentialsHandle> load(const ServerIdentity& identity, const ServerOptions& options) {
  gnutls_certificate_credentials_t raw = nullptr;
  if (const int code = gnutls_certificate_allocate_credentials(&raw); code != 0) {
    return fail(crypto::gnutls_error(code, "certificate credentials", Errc::internal));
  }
  crypto::CredentialsHandle credentials(raw);
  for (const auto& pair : identity.pairs) {
    if (const Result<> added = add_pair(raw, pair); !added) return fail(added.error());
  }
  // Clients are told their names. What is shown is verified elsewhere, off the loop.
  if (!options.client_ca_pem.empty()) {
    const gnutls_datum_t pem = crypto::datum_of(options.client_ca_pem);
    const int count = gnutls_certificate_set_x509_trust_mem(raw, &pem, GNUTLS_X509_FMT_PEM);
    const std::string what = "authorities of clients' certificates, " + options.client_ca_origin;
    if (count < 0) return fail(crypto::gnutls_error(count, what, Errc::bad_config));
    if (count == 0) return fail(Errc::bad_config, what + ": no certificate is in it");
  }
  return credentials;
}

}  // namespace

Result<std::shared_ptr<const ServerContext>> ServerContext::make(const ServerOptions& options, TicketTable& tickets) {
  std::shared_ptr<ServerContext> context(new ServerContext);
  std::size_t defaults = 0;
  for (const auto& identity : options.identities) {
    if (identity.pairs.empty()) return fail(Errc::bad_config, "a server identity without a certificate");
    auto credentials = load(identity, options);
    if (!credentials) return fail(credentials.error());
    if (identity.names.empty()) {
      ++defaults;
      context->default_identity_ = context->identities_.size();
    }
    context->identities_.push_back(ServerIdentity{identity.names, {}});
    for (auto& name : context->identities_.back().names) name = lowered(name);
    context->credentials_.push_back(std::move(*credentials));
  }
  if (defaults != 1) return fail(Errc::bad_config, "exactly one default server certificate is needed");

  const std::string priorities = options.priorities.empty() ? kDefaultPriorities : options.priorities;
  gnutls_priority_t raw_priorities = nullptr;
  const char* position = nullptr;
  if (const int code = gnutls_priority_init(&raw_priorities, priorities.c_str(), &position); code != 0) {
    const std::string where = position == nullptr ? std::string() : " at \"" + std::string(position) + "\"";
    return fail(crypto::gnutls_error(code, "priority string" + where, Errc::bad_config));
  }
  context->priorities_.reset(raw_priorities);
  if (gnutls_priority_init(&raw_priorities, (priorities + ":-VERS-TLS1.3").c_str(), nullptr) == 0) {
    context->priorities_below_1_3_.reset(raw_priorities);
  }

  if (const int code = gnutls_session_ticket_key_generate(&context->ticket_key_); code != 0) {
    return fail(crypto::gnutls_error(code, "session ticket key", Errc::internal));
  }
  context->alpn_ = options.alpn;
  if (options.client_auth.asks() && options.client_ca_pem.empty()) {
    return fail(Errc::bad_config, "client certificates are asked for, and there is no authority to verify them with");
  }
  context->client_auth_ = options.client_auth;
  context->tickets_enabled_ = options.tickets;
  context->ticket_lifetime_ = options.ticket_lifetime;
  context->ticket_table_ = &tickets;
  return std::shared_ptr<const ServerContext>(std::move(context));
}

ServerContext::~ServerContext() {
  gnutls_memset(ticket_key_.data, 0, ticket_key_.size);
  gnutls_free(ticket_key_.data);
}

std::size_t ServerContext::identity_for(std::string_view server_name) const {
  const auto dot = server_name.find('.');
  const std::string_view parent = dot == std::string_view::npos ? std::string_view() : server_name.substr(dot);
  std::size_t wildcard = default_identity_;
  for (std::size_t i = 0; i < identities_.size(); ++i) {
    for (const std::string& name : identities_[i].names) {
      if (name == server_name) return i;
      // RFC 6125 section 6.4.3: the asterisk stands for one whole left-most label.
      if (!parent.empty() && dot > 0 && name.size() == parent.size() + 1 && name[0] == '*' &&
          name.compare(1, std::string::npos, parent) == 0) {
        wildcard = i;
      }
    }
  }
  return wildcard;
}

}  // namespace sallyport::tls
