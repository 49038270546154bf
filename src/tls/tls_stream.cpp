#include "tls/tls_stream.hpp"

#include <cerrno>
#include <cstring>

#include "base/endpoint.hpp"
#include "net/spare_buffers.hpp"
#include "tls/client_hello.hpp"

namespace sallyport::tls {
namespace {

// Ciphertext is collected and handed to the transport in large writes: one write per 16 KiB record costs nearly half
// as much processor time again.
constexpr std::size_t kMostUnsent = 64 * 1024;
constexpr std::size_t kLargestRecord = 16 * 1024;
constexpr int kMostWarnings = 4;

TlsStream* self_of(gnutls_session_t session) { return static_cast<TlsStream*>(gnutls_session_get_ptr(session)); }

}  // namespace

TlsStream::TlsStream(std::unique_ptr<net::Stream> transport, std::shared_ptr<const ServerContext> server,
                     std::shared_ptr<const ClientContext> client)
    : transport_(std::move(transport)), server_(std::move(server)), client_(std::move(client)) {}

TlsStream::~TlsStream() = default;

async::Task<Result<std::unique_ptr<TlsStream>>> TlsStream::accept(std::unique_ptr<net::Stream> transport,
                                                                  std::shared_ptr<const ServerContext> context,
                                                                  async::Deadline deadline, AcceptOptions options) {
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(transport), std::move(context), nullptr));
  const Result<bool> asked_later = co_await stream->await_hello(deadline);
  if (!asked_later) co_return fail(asked_later.error());
  if (const Result<> ready = stream->prepare_server(*asked_later); !ready) co_return fail(ready.error());
  stream->watch_ = options.watch;
  Result<> done = co_await stream->handshake(deadline, options);
  stream->watch_ = nullptr;
  if (!done) co_return fail(done.error());
  stream->note_presented();
  if (stream->server_->tickets_enabled_ && stream->presented_.empty()) {
    if (const Result<> sent = stream->send_tickets(1); !sent) co_return fail(sent.error());
  }
  // The server's last flight (TLS 1.2: Finished) must not wait for the first response.
  done = co_await stream->flush(deadline);
  if (!done) co_return fail(done.error());
  co_return stream;
}

async::Task<Result<std::unique_ptr<TlsStream>>> TlsStream::connect(std::unique_ptr<net::Stream> transport,
                                                                   std::shared_ptr<const ClientContext> context,
                                                                   std::string server_name,
                                                                   async::Deadline deadline) {
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(transport), nullptr, std::move(context)));
  if (const Result<> ready = stream->prepare_client(server_name); !ready) co_return fail(ready.error());
  const Result<> done = co_await stream->handshake(deadline, AcceptOptions());
  if (!done) co_return fail(done.error());
  if (!stream->client_->required_dn_.empty()) {
    const std::string refusal = stream->refusal_of_peer(0);
    if (!refusal.empty()) co_return fail(Errc::tls, refusal, Side::upstream);
  }
  co_return stream;
}

// Whether the client may be asked for a certificate after its handshake (RFC 8446 section 4.6.2). One that says nothing
// costs no session of GnuTLS. What has come stays in received_.
async::Task<Result<bool>> TlsStream::await_hello(async::Deadline deadline) {
  const bool asks_late = server_->client_auth_.asks_late();
  for (;;) {
    const net::Attempt attempt = transport_->try_read(received_.room());
    if (attempt.kind == net::Attempt::Kind::done) {
      received_.produced(attempt.bytes);
      if (!asks_late) co_return false;
      const std::optional<bool> offers = may_offer_post_handshake_auth(received_.bytes());
      if (offers) co_return *offers;
      continue;
    }
    if (attempt.kind != net::Attempt::Kind::would_block) {
      co_return fail(Errc::closed, "TLS handshake: the peer hung up", Side::client);
    }
    received_.rest();
    const Result<> ready = co_await transport_->wait_readable(deadline);
    if (!ready) co_return fail(ready.error().code, "TLS handshake", Side::client);
  }
}

Result<> TlsStream::prepare_server(bool keeps_transcript) {
  gnutls_session_t raw = nullptr;
  unsigned flags = GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_AUTO_SEND_TICKET |
                   GNUTLS_NO_TICKETS_TLS12 | GNUTLS_ALLOW_ID_CHANGE;
  // 2 KiB as long as the connection lasts; hardly a browser offers what needs it.
  if (keeps_transcript) flags |= GNUTLS_POST_HANDSHAKE_AUTH;
  if (const int code = gnutls_init(&raw, flags); code != 0) return fail(crypto::gnutls_error(code, "TLS session"));
  session_.reset(raw);
  gnutls_session_set_ptr(raw, this);
  gnutls_transport_set_ptr(raw, this);
  gnutls_transport_set_pull_function(raw, &TlsStream::pull);
  gnutls_transport_set_vec_push_function(raw, &TlsStream::push);
  // The deadline is ours; GnuTLS's own would look at the wall clock.
  gnutls_handshake_set_timeout(raw, GNUTLS_INDEFINITE_TIMEOUT);
  gnutls_priority_set(raw, server_->priorities_.get());
  gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, server_->credentials_[server_->default_identity_].get());
  gnutls_handshake_set_hook_function(raw, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, &TlsStream::handshake_hook);
  if (!server_->alpn_.empty()) {
    std::vector<gnutls_datum_t> protocols;
    for (const auto& name : server_->alpn_) protocols.push_back(crypto::datum_of(name));
    gnutls_alpn_set_protocols(raw, protocols.data(), static_cast<unsigned>(protocols.size()),
                              GNUTLS_ALPN_SERVER_PRECEDENCE);
  }
  return Result<>();
}

Result<> TlsStream::prepare_client(const std::string& server_name) {
  gnutls_session_t raw = nullptr;
  const int code = gnutls_init(&raw, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS);
  if (code != 0) return fail(crypto::gnutls_error(code, "TLS session"));
  session_.reset(raw);
  gnutls_session_set_ptr(raw, this);
  gnutls_transport_set_ptr(raw, this);
  gnutls_transport_set_pull_function(raw, &TlsStream::pull);
  gnutls_transport_set_vec_push_function(raw, &TlsStream::push);
  gnutls_handshake_set_timeout(raw, GNUTLS_INDEFINITE_TIMEOUT);
  gnutls_priority_set(raw, client_->priorities_.get());
  gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, client_->credentials_.get());
  server_name_ = server_name;
  // RFC 6066 section 3: an address is no server name.
  if (!IpAddress::parse(server_name)) {
    gnutls_server_name_set(raw, GNUTLS_NAME_DNS, server_name.data(), server_name.size());
  }
  if (client_->verify_) gnutls_session_set_verify_cert(raw, server_name_.c_str(), 0);
  if (!client_->alpn_.empty()) {
    std::vector<gnutls_datum_t> protocols;
    for (const auto& name : client_->alpn_) protocols.push_back(crypto::datum_of(name));
    gnutls_alpn_set_protocols(raw, protocols.data(), static_cast<unsigned>(protocols.size()), 0);
  }
  return Result<>();
}

async::Task<Result<>> TlsStream::handshake(async::Deadline deadline, AcceptOptions options) {
  const Side side = server_ ? Side::client : Side::upstream;
  int warnings = 0;
  for (;;) {
    const std::uint64_t before = taken_;
    const int code = gnutls_handshake(session_.get());
    // Flights and alerts leave at once, also before an error is reported.
    try_flush();
    if (code == GNUTLS_E_SUCCESS) co_return Result<>();
    if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
      if (asked_for_certificate_) deadline = options.choice_deadline;
      if (has_unsent()) {
        const Result<> flushed = co_await flush(deadline);
        if (!flushed) co_return fail(flushed.error());
      }
      if (gnutls_record_get_direction(session_.get()) == 1) continue;
      const Result<> ready = co_await await_ciphertext(before, deadline);
      if (!ready) co_return fail(ready.error().code, "TLS handshake", side);
      continue;
    }
    if (gnutls_error_is_fatal(code) == 0 && ++warnings <= kMostWarnings) continue;
    dead_ = true;
    const std::string why = refusal_of_peer(code);
    gnutls_alert_send_appropriate(session_.get(), code);
    try_flush();
    if (transport_ended_) co_return fail(Errc::closed, "TLS handshake: the peer hung up", side);
    co_return fail(Errc::tls, "TLS handshake: " + why, side);
  }
}

async::Task<Result<>> TlsStream::await_ciphertext(std::uint64_t before, async::Deadline deadline) {
  if (!received_.empty() && taken_ > before) {
    co_await async::NextTurn();
    co_return Result<>();
  }
  received_.rest();
  co_return co_await transport_->wait_readable(deadline);
}

std::string TlsStream::refusal_of_peer(int code) const {
  if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR) {
    crypto::OwnedDatum text;
    const unsigned status = gnutls_session_get_verify_cert_status(session_.get());
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, text.out(), 0) == 0) {
      return "certificate of " + server_name_ + " refused: " + std::string(text.view());
    }
  }
  if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    const char* const name = gnutls_alert_get_name(gnutls_alert_get(session_.get()));
    return std::string("the peer sent the alert: ") + (name == nullptr ? "unknown" : name);
  }
  if (code != 0) return gnutls_strerror(code);

  unsigned count = 0;
  const gnutls_datum_t* const chain = gnutls_certificate_get_peers(session_.get(), &count);
  gnutls_x509_crt_t raw = nullptr;
  if (chain == nullptr || count == 0 || gnutls_x509_crt_init(&raw) != 0) return "the peer sent no certificate";
  const crypto::CertificateHandle certificate(raw);
  crypto::OwnedDatum dn;
  if (gnutls_x509_crt_import(raw, &chain[0], GNUTLS_X509_FMT_DER) != 0 ||
      gnutls_x509_crt_get_dn3(raw, dn.out(), 0) != 0) {
    return "the peer's certificate cannot be read";
  }
  if (dn.view() == client_->required_dn_) return {};
  return "the peer's subject is \"" + std::string(dn.view()) + "\", not \"" + client_->required_dn_ + "\"";
}

ssize_t TlsStream::pull(gnutls_transport_ptr_t self, void* into, std::size_t size) {
  return static_cast<TlsStream*>(self)->take_from_transport(into, size);
}

ssize_t TlsStream::take_from_transport(void* into, std::size_t size) {
  // GnuTLS asks for a record's five bytes of header and then for its body: one large read serves many such calls.
  if (received_.empty()) {
    const net::Attempt attempt = transport_->try_read(received_.room());
    switch (attempt.kind) {
      case net::Attempt::Kind::done: received_.produced(attempt.bytes); break;
      case net::Attempt::Kind::end: transport_ended_ = true; return 0;
      case net::Attempt::Kind::would_block: gnutls_transport_set_errno(session_.get(), EAGAIN); return -1;
      case net::Attempt::Kind::failed:
        transport_ended_ = true;
        gnutls_transport_set_errno(session_.get(), ECONNRESET);
        return -1;
    }
  }
  const std::string_view bytes = received_.bytes();
  const std::size_t n = std::min(size, bytes.size());
  std::memcpy(into, bytes.data(), n);
  received_.consume(n);
  taken_ += n;
  return static_cast<ssize_t>(n);
}

ssize_t TlsStream::push(gnutls_transport_ptr_t self, const giovec_t* pieces, int count) {
  auto& stream = *static_cast<TlsStream*>(self);
  if (stream.unsent_.capacity() <= sizeof(std::string)) net::take_spare(stream.unsent_);
  ssize_t total = 0;
  for (int i = 0; i < count; ++i) {
    std::string_view piece(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    total += static_cast<ssize_t>(piece.size());
    if (stream.goes_out_ && !stream.has_unsent()) {
      const net::Attempt attempt = stream.transport_->try_write(piece);
      if (attempt.kind == net::Attempt::Kind::done) piece.remove_prefix(attempt.bytes);
    }
    // What is not taken, try_flush() offers again, and learns why.
    stream.unsent_.append(piece);
  }
  return total;
}

net::Attempt TlsStream::try_flush() {
  if (!has_unsent()) return net::Attempt::done(0);
  const net::Attempt attempt = transport_->try_write(std::string_view(unsent_).substr(unsent_from_));
  if (attempt.kind != net::Attempt::Kind::done) return attempt;
  unsent_from_ += attempt.bytes;
  if (unsent_from_ == unsent_.size()) {
    unsent_.clear();
    unsent_from_ = 0;
  }
  return attempt;
}

net::Attempt TlsStream::failed_with(int code) {
  dead_ = true;
  if (transport_ended_) return net::Attempt::failed(Errc::reset);  // no close_notify: maybe cut short
  // GNUTLS_E_REHANDSHAKE comes here too: in this state it is always the client's own idea.
  if (code == GNUTLS_E_REHANDSHAKE) shut_write();
  return net::Attempt::failed(Errc::tls);
}

net::Attempt TlsStream::try_read(std::span<char> into) {
  if (early_from_ < early_.size()) {
    const std::size_t n = early_.copy(into.data(), into.size(), early_from_);
    early_from_ += n;
    return net::Attempt::done(n);
  }
  if (end_read_) return *end_read_;
  if (dead_) return net::Attempt::failed(Errc::tls);
  if (is_dry()) return net::Attempt::would_block();  // GnuTLS would allocate a record's buffer to find that out
  net::Attempt attempt = read_record(into);
  if (attempt.kind != net::Attempt::Kind::done) return attempt;
  // A piece of a large body is several records.
  while (into.size() - attempt.bytes >= kLargestRecord && begins_with_data_record(received_.bytes())) {
    const net::Attempt next = read_record(into.subspan(attempt.bytes));
    if (next.kind == net::Attempt::Kind::end || next.kind == net::Attempt::Kind::failed) end_read_ = next;
    if (next.kind != net::Attempt::Kind::done) break;
    attempt.bytes += next.bytes;
  }
  return attempt;
}

net::Attempt TlsStream::read_record(std::span<char> into) {
  for (int warnings = 0; warnings <= kMostWarnings;) {
    const ssize_t n = gnutls_record_recv(session_.get(), into.data(), into.size());
    if (n > 0) return net::Attempt::done(static_cast<std::size_t>(n));
    if (n == 0) return net::Attempt::end();
    const int code = static_cast<int>(n);
    if (code == GNUTLS_E_AGAIN) return net::Attempt::would_block();
    if (code == GNUTLS_E_INTERRUPTED) continue;
    if (gnutls_error_is_fatal(code) != 0 || code == GNUTLS_E_REHANDSHAKE) return failed_with(code);
    ++warnings;
  }
  return failed_with(GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS);
}

net::Attempt TlsStream::try_write(std::string_view from) {
  if (dead_) return net::Attempt::failed(Errc::tls);
  std::size_t taken = 0;
  while (taken < from.size()) {
    if (unsent_.size() - unsent_from_ >= kMostUnsent) {
      const net::Attempt flushed = try_flush();
      if (flushed.kind == net::Attempt::Kind::would_block) break;
      if (flushed.kind != net::Attempt::Kind::done) return flushed;
      continue;
    }
    const std::size_t piece = std::min(from.size() - taken, kLargestRecord);
    const ssize_t n = gnutls_record_send(session_.get(), from.data() + taken, piece);
    if (n < 0) return failed_with(static_cast<int>(n));
    taken += static_cast<std::size_t>(n);
  }
  return taken > 0 ? net::Attempt::done(taken) : net::Attempt::would_block();
}

net::Attempt TlsStream::try_write_out(std::string_view from) {
  // Several records go out in one write, see kMostUnsent.
  goes_out_ = from.size() <= kLargestRecord;
  const net::Attempt attempt = try_write(from);
  goes_out_ = false;
  return attempt;
}

bool TlsStream::holds_input() const {
  return early_from_ < early_.size() || !received_.empty() || end_read_ ||
         gnutls_record_check_pending(session_.get()) > 0;
}

bool TlsStream::is_dry() const { return transport_->is_dry() && !holds_input(); }

bool TlsStream::is_silent() const { return transport_->is_silent() && !holds_input(); }

async::Task<Result<>> TlsStream::wait_readable(async::Deadline deadline) {
  if (holds_input()) return ready_now();
  return transport_->wait_readable(deadline);
}

async::Task<Result<>> TlsStream::wait_writable(async::Deadline deadline) {
  return transport_->wait_writable(deadline);
}

async::Task<Result<>> TlsStream::ready_now() { co_return Result<>(); }

void TlsStream::shut_write() {
  if (!transport_ended_) gnutls_bye(session_.get(), GNUTLS_SHUT_WR);
  try_flush();
  if (!has_unsent()) transport_->shut_write();
}

void TlsStream::release_buffers() {
  received_.rest();
  if (!has_unsent()) {
    net::give_back(unsent_);
    unsent_from_ = 0;
  }
}

int TlsStream::handshake_hook(gnutls_session_t session, unsigned type, unsigned, unsigned incoming,
                              const gnutls_datum_t* message) {
  TlsStream& stream = *self_of(session);
  const std::string_view bytes(reinterpret_cast<const char*>(message->data), message->size);
  if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && incoming != 0) stream.on_client_hello(bytes);
  if (type == GNUTLS_HANDSHAKE_NEW_SESSION_TICKET && incoming == 0) stream.on_ticket_sent(bytes);
  if (type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT && incoming != 0) {
    stream.certificate_shown_ = shows_certificate(bytes, gnutls_protocol_get_version(session) == GNUTLS_TLS1_3);
  }
  return 0;
}

void TlsStream::on_client_hello(std::string_view message) {
  if (hello_seen_) return;  // the second one after a HelloRetryRequest changes nothing
  hello_seen_ = true;
  const HelloExtensions hello = extensions_of(message);
  server_name_ = hello.server_name;
  const std::size_t identity = server_->identity_for(server_name_);
  gnutls_credentials_set(session_.get(), GNUTLS_CRD_CERTIFICATE, server_->credentials_[identity].get());
  client_auth_ = server_->client_auth_.of(server_name_);
  asked_for_certificate_ = asks_in_handshake(client_auth_);
  using Kind = TicketVerdict::Kind;
  TicketVerdict verdict{Kind::resumable, {}};
  if (!asked_for_certificate_ && !hello.ticket.empty()) {
    verdict = server_->ticket_table_->take(hello.ticket, ticket_binding(), std::chrono::steady_clock::now());
  }
  Question question = asked_for_certificate_ ? Question::asked : Question::none;
  if (verdict.kind == Kind::armed && watch_ != nullptr) question = watch_->question_for(verdict.armed_for);
  if (verdict.kind == Kind::armed && question != Question::none) {
    armed_for_ = std::move(verdict.armed_for);
    asked_for_certificate_ = true;
  }
  // What asks for it knows that renegotiation is wanted; over HTTP/2 there is none in any version.
  const bool may_become_h2 = hello.offers_h2 && server_->offers_h2();
  const bool could_be_1_2 = !may_become_h2 && hello.knows_tls_1_2 && server_->priorities_below_1_3_;
  if (could_be_1_2 && watch_ != nullptr && watch_->prefers_tls_1_2()) {
    gnutls_priority_set(session_.get(), server_->priorities_below_1_3_.get());
  }
  if (question != Question::none) {
    gnutls_certificate_server_set_request(session_.get(),
                                          question == Question::asked ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_REQUIRE);
  }
  if (asks_in_handshake(client_auth_)) return;
  // GnuTLS resumes whatever it can decrypt. It gets the key only for a ticket that we sent under the same binding, or when
  // there is none to resume. Otherwise it gets one that nobody knows: with none at all it could send no tickets later on.
  const bool may_resume = server_->tickets_enabled_ && verdict.kind == Kind::resumable;
  ticket_key_is_shared_ = hello.ticket.empty() || may_resume;
  ticket_key_set_ = use_ticket_key(ticket_key_is_shared_);
}

bool TlsStream::use_ticket_key(bool shared) {
  if (shared) return gnutls_session_ticket_enable_server(session_.get(), &server_->ticket_key_) == 0;
  gnutls_datum_t fresh{};
  if (gnutls_session_ticket_key_generate(&fresh) != 0) return false;
  const bool used = gnutls_session_ticket_enable_server(session_.get(), &fresh) == 0;
  gnutls_memset(fresh.data, 0, fresh.size);
  gnutls_free(fresh.data);
  return used;
}

std::string TlsStream::ticket_binding() const {
  return std::to_string(static_cast<int>(client_auth_)) + std::string(1, '\0') + server_name_;
}

void TlsStream::on_ticket_sent(std::string_view message) {
  const std::string_view ticket = ticket_of_message(message);
  if (ticket.empty()) return;
  tickets_sent_.push_back(server_->ticket_table_->remember(
      ticket, ticket_binding(), std::chrono::steady_clock::now() + server_->ticket_lifetime_));
}

std::size_t TlsStream::arm_tickets(std::string_view purpose, TimePoint until) {
  std::size_t armed = 0;
  for (const TicketId& ticket : tickets_sent_) armed += server_->ticket_table_->arm(ticket, purpose, until) ? 1 : 0;
  return armed;
}

Result<> TlsStream::send_tickets(unsigned count) {
  const bool would_carry_one = ticket_key_is_shared_ && gnutls_certificate_get_peers(session_.get(), nullptr) != nullptr;
  if (would_carry_one || !ticket_key_set_ || !is_tls_1_3()) return Result<>();
  const int code = gnutls_session_ticket_send(session_.get(), count, 0);
  if (code == 0 || gnutls_error_is_fatal(code) == 0) return Result<>();
  dead_ = true;
  return fail(crypto::gnutls_error(code, "session ticket"));
}

std::string TlsStream::protocol() const {
  return gnutls_protocol_get_name(gnutls_protocol_get_version(session_.get()));
}

std::string TlsStream::cipher() const { return gnutls_cipher_get_name(gnutls_cipher_get(session_.get())); }

std::string TlsStream::alpn() const {
  gnutls_datum_t chosen{};
  if (gnutls_alpn_get_selected_protocol(session_.get(), &chosen) != 0) return {};
  return std::string(reinterpret_cast<const char*>(chosen.data), chosen.size);
}

bool TlsStream::resumed() const { return gnutls_session_is_resumed(session_.get()) != 0; }

}  // namespace sallyport::tls
