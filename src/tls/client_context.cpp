#include "tls/client_context.hpp"

namespace sallyport::tls {
namespace {
constexpr const char* kPriorities =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:-RSA:"
    "-SHA1:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1";
}

Result<std::shared_ptr<const ClientContext>> ClientContext::make(const ClientOptions& options) {
  std::shared_ptr<ClientContext> context(new ClientContext);
  gnutls_certificate_credentials_t raw = nullptr;
  if (const int code = gnutls_certificate_allocate_credentials(&raw); code != 0) {
    return fail(crypto::gnutls_error(code, "certificate credentials", Errc::internal));
  }
  context->credentials_ = crypto::CredentialsHandle(raw);
  if (options.trust_pem.empty()) {
    gnutls_certificate_set_x509_system_trust(raw);
  } else {
    const gnutls_datum_t trust = crypto::datum_of(options.trust_pem);
    const int count = gnutls_certificate_set_x509_trust_mem(raw, &trust, GNUTLS_X509_FMT_PEM);
    if (count < 0) return fail(crypto::gnutls_error(count, options.trust_origin, Errc::bad_config));
    if (count == 0) return fail(Errc::bad_config, options.trust_origin + ": no certificate in it");
  }
  if (options.certificate) {
    if (const Result<> added = add_pair(raw, *options.certificate); !added) return fail(added.error());
  }
  gnutls_priority_t priorities = nullptr;
  if (const int code = gnutls_priority_init(&priorities, kPriorities, nullptr); code != 0) {
    return fail(crypto::gnutls_error(code, "priority string", Errc::internal));
  }
  context->priorities_ = crypto::PriorityHandle(priorities);
  context->alpn_ = options.alpn;
  context->required_dn_ = options.required_dn;
  context->verify_ = options.verify;
  return std::shared_ptr<const ClientContext>(std::move(context));
}

std::shared_ptr<const ClientContext> ClientContext::with_alpn(std::vector<std::string> alpn) const {
  std::shared_ptr<ClientContext> context(new ClientContext(*this));
  context->alpn_ = std::move(alpn);
  return context;
}

}  // namespace sallyport::tls
