#include "tls/tls_stream.hpp"

namespace sallyport::tls {
namespace {

// Data that may come between our question and the client's answer: requests that were on their way.
constexpr std::size_t kMostEarlyData = 64 * 1024;
constexpr std::size_t kLargestRecord = 16 * 1024;
constexpr int kMostWarnings = 4;

}  // namespace

void TlsStream::note_presented() {
  presented_.clear();
  // A connection that was asked before may still remember the certificate of that time.
  if (!asked_for_certificate_ || !certificate_shown_) return;
  unsigned count = 0;
  const gnutls_datum_t* const chain = gnutls_certificate_get_peers(session_.get(), &count);
  for (unsigned i = 0; chain != nullptr && i < count; ++i) {
    presented_.emplace_back(reinterpret_cast<const char*>(chain[i].data), chain[i].size);
  }
}

void TlsStream::refuse_certificate(bool shown) {
  const bool has_own_alert = gnutls_protocol_get_version(session_.get()) == GNUTLS_TLS1_3;
  const auto alert = shown           ? GNUTLS_A_BAD_CERTIFICATE
                     : has_own_alert ? GNUTLS_A_CERTIFICATE_REQUIRED
                                     : GNUTLS_A_HANDSHAKE_FAILURE;
  gnutls_alert_send(session_.get(), GNUTLS_AL_FATAL, alert);
  dead_ = true;
  try_flush();
}

LateRequest TlsStream::late_request() const {
  gnutls_session_t const session = session_.get();
  if (dead_ || !server_ || alpn() == "h2") return LateRequest::none;
  if (gnutls_protocol_get_version(session) == GNUTLS_TLS1_3) {
    const bool offered = (gnutls_session_get_flags(session) & GNUTLS_SFLAGS_POST_HANDSHAKE_AUTH) != 0;
    return offered ? LateRequest::post_handshake : LateRequest::none;
  }
  const bool is_safe = gnutls_safe_renegotiation_status(session) != 0 &&
                       gnutls_session_ext_master_secret_status(session) != 0;
  return is_safe ? LateRequest::renegotiation : LateRequest::none;
}

Result<> TlsStream::take_early_data() {
  const std::size_t before = early_.size();
  if (before - early_from_ >= kMostEarlyData) {
    return fail(Errc::too_large, "more data than is kept while a certificate is asked for", Side::client);
  }
  early_.resize(before + kLargestRecord);
  const ssize_t n = gnutls_record_recv(session_.get(), early_.data() + before, kLargestRecord);
  early_.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
  if (n > 0 || n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) return Result<>();
  return fail(n == 0 ? Errc::closed : Errc::tls, "the client hung up when it was asked for a certificate", Side::client);
}

async::Task<Result<>> TlsStream::request_certificate(async::Deadline deadline) {
  const LateRequest how = late_request();
  if (how == LateRequest::none) co_return fail(Errc::unsupported, "this connection cannot be asked for a certificate");
  gnutls_session_t const session = session_.get();
  // From here on no ticket may be sent: it would carry what the client shows now.
  asked_for_certificate_ = true;
  certificate_shown_ = false;
  presented_.clear();
  gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
  bool announced = how == LateRequest::post_handshake;  // TLS 1.2: has a HelloRequest been sent?
  int warnings = 0;
  for (;;) {
    const std::uint64_t before = taken_;
    int code = 0;
    if (!announced) {
      code = gnutls_rehandshake(session);
      if (code == GNUTLS_E_SUCCESS) {
        announced = true;
        try_flush();
        continue;
      }
    } else if (how == LateRequest::post_handshake) {
      code = gnutls_reauth(session, 0);
    } else {
      code = gnutls_handshake(session);
    }
    try_flush();
    if (code == GNUTLS_E_SUCCESS) break;
    if (code == GNUTLS_E_GOT_APPLICATION_DATA) {
      const Result<> taken = take_early_data();
      if (taken) continue;
      dead_ = true;
      co_return fail(taken.error());
    }
    if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
      if (has_unsent()) {
        const Result<> flushed = co_await flush(deadline);
        if (!flushed) co_return fail(flushed.error());
      }
      if (!announced || gnutls_record_get_direction(session) == 1) continue;
      const Result<> ready = co_await await_ciphertext(before, deadline);
      if (!ready) co_return fail(ready.error().code, "asking for a certificate", Side::client);
      continue;
    }
    if (code == GNUTLS_E_WARNING_ALERT_RECEIVED && gnutls_alert_get(session) == GNUTLS_A_NO_RENEGOTIATION) {
      co_return fail(Errc::denied, "the client does not renegotiate", Side::client);
    }
    if (gnutls_error_is_fatal(code) == 0 && ++warnings <= kMostWarnings) continue;
    dead_ = true;
    const std::string why = refusal_of_peer(code);
    gnutls_alert_send_appropriate(session, code);
    try_flush();
    if (transport_ended_) co_return fail(Errc::closed, "the client hung up when it was asked for a certificate", Side::client);
    co_return fail(Errc::tls, "asking for a certificate: " + why, Side::client);
  }
  // A resumed session brings the certificate of another connection, without the key.
  if (how == LateRequest::renegotiation && resumed()) certificate_shown_ = false;
  note_presented();
  asked_for_certificate_ = asks_in_handshake(client_auth_) || !presented_.empty();
  co_return Result<>();
}

}  // namespace sallyport::tls
