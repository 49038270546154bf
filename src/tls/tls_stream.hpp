#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/gnutls_owner.hpp"
#include "net/block.hpp"
#include "net/stream.hpp"
#include "tls/client_context.hpp"
#include "tls/server_context.hpp"

namespace sallyport::tls {

// What a client that has shown an armed ticket gets.
enum class Question : std::uint8_t {
  none,
  asked,     // for a certificate
  required,  // the same, and the handshake fails without one: browsers forget then that they were to show none
};

// Is asked about a client's handshake while it goes on.
class HandshakeWatch {
 public:
  virtual ~HandshakeWatch() = default;
  // The client has shown a ticket that was armed for this.
  virtual Question question_for(const std::string& armed_for) = 0;
  // Whether a connection that is not going to be HTTP/2 should be of TLS 1.2, which knows renegotiation.
  virtual bool prefers_tls_1_2() = 0;
};

struct AcceptOptions {
  // For a client that is asked for a certificate: a person chooses one meanwhile.
  async::Deadline choice_deadline = async::Deadline::never();
  HandshakeWatch* watch = nullptr;  // may be null; must outlive the handshake
};

// How a client can be asked for a certificate on a connection that exists.
enum class LateRequest : std::uint8_t {
  none,
  post_handshake,  // RFC 8446 section 4.6.2; the client has offered it
  renegotiation,   // TLS 1.2, with RFC 5746 and an extended master secret (attack E4)
};

// A TLS connection over another stream. Loop-local. A handshake that the client begins later (TLS 1.2 renegotiation)
// ends the connection: it cannot be refused and survived, and accepting it is a way to burn our processor.
class TlsStream final : public net::Stream {
 public:
  // Server side: reads the ClientHello, chooses the certificate by server name, completes the handshake and sends
  // tickets if the context says so. Errors: tls, timeout, closed, reset.
  static async::Task<Result<std::unique_ptr<TlsStream>>> accept(std::unique_ptr<net::Stream> transport,
                                                                std::shared_ptr<const ServerContext> context,
                                                                async::Deadline deadline, AcceptOptions options = {});
  // Client side: `server_name` goes into SNI (unless it is an address) and, if the context verifies, must be in the
  // peer's certificate. Errors: tls (with the reason why the certificate was refused), timeout, closed, reset.
  static async::Task<Result<std::unique_ptr<TlsStream>>> connect(std::unique_ptr<net::Stream> transport,
                                                                 std::shared_ptr<const ClientContext> context,
                                                                 std::string server_name, async::Deadline deadline);
  ~TlsStream() override;

  net::Attempt try_read(std::span<char> into) override;
  bool is_dry() const override;
  bool is_silent() const override;
  net::Attempt try_write(std::string_view from) override;
  net::Attempt try_write_out(std::string_view from) override;
  async::Task<Result<>> wait_readable(async::Deadline deadline) override;
  async::Task<Result<>> wait_writable(async::Deadline deadline) override;
  bool has_unsent() const override { return unsent_from_ < unsent_.size(); }
  net::Attempt try_flush() override;
  bool tell_when_gone(async::Ready* listener) override { return transport_->tell_when_gone(listener); }
  void look_again() override { transport_->look_again(); }
  void shut_write() override;
  void abort() override { transport_->abort(); }
  void release_buffers() override;

  // The name the client asked for, in lower case; empty if it did not.
  const std::string& server_name() const { return server_name_; }
  // "TLS1.3", "ECDHE..-AES-128-GCM" and the like, for logs.
  std::string protocol() const;
  bool is_tls_1_3() const { return gnutls_protocol_get_version(session_.get()) == GNUTLS_TLS1_3; }
  std::string cipher() const;
  std::string alpn() const;
  bool resumed() const;
  // Of the server's end: what the handshake was made under.
  ClientAuth client_auth() const { return client_auth_; }
  // What the ticket was armed for that the client showed; empty if it showed none. It has been asked for a certificate.
  const std::string& armed_for() const { return armed_for_; }
  // Has the client been asked for a certificate, by the handshake or since?
  bool has_asked() const { return asked_for_certificate_; }
  // The certificates that the client has shown when it was asked last, its own first, as DER: it has proved that it has
  // the key to that, nothing else is known of them. Empty if it has shown none. They are told once: they are good for one
  // login.
  std::vector<std::string> take_presented() { return std::exchange(presented_, {}); }

  // Sends the alert for a certificate that is needed, or refused; nothing can be written after it.
  void refuse_certificate(bool shown);

  // Always `none` on HTTP/2 (RFC 9113 section 9.2.1, RFC 8740).
  LateRequest late_request() const;
  // Asks the client for a certificate now; take_presented() has it afterwards. Nobody else may use the stream meanwhile;
  // data that comes in between can be read afterwards. Errors: unsupported (late_request() is none); denied (the client
  // will not; the connection is as good as before); too_large (more data than is kept meanwhile), timeout, closed, reset,
  // tls: the connection must end with what is written next.
  async::Task<Result<>> request_certificate(async::Deadline deadline);

  // Sends so many tickets more, in front of what is written from now on. accept() sends one if tickets may resume. Nothing
  // is sent under TLS 1.2, where the host's rules ask for a certificate, and once the client has shown one, if a ticket could
  // bring it to another connection: those of a connection that was asked by its ticket cannot be resumed. Errors: tls.
  Result<> send_tickets(unsigned count);
  // Arms all tickets that were sent on this connection; how many are still known.
  std::size_t arm_tickets(std::string_view purpose, TimePoint until);

 private:
  TlsStream(std::unique_ptr<net::Stream> transport, std::shared_ptr<const ServerContext> server,
            std::shared_ptr<const ClientContext> client);

  static async::Task<Result<>> ready_now();
  static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t size);
  static ssize_t push(gnutls_transport_ptr_t self, const giovec_t* pieces, int count);
  static int handshake_hook(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                            const gnutls_datum_t* message);
  ssize_t take_from_transport(void* into, std::size_t size);
  net::Attempt read_record(std::span<char> into);
  // Something can be read, or seen to have ended, without the transport.
  bool holds_input() const;
  void on_client_hello(std::string_view message);
  void on_ticket_sent(std::string_view message);
  std::string ticket_binding() const;
  async::Task<Result<bool>> await_hello(async::Deadline deadline);
  Result<> prepare_server(bool keeps_transcript);
  Result<> prepare_client(const std::string& server_name);
  async::Task<Result<>> handshake(async::Deadline deadline, AcceptOptions options);
  // Until GnuTLS, which had taken `before` bytes when it was called, may find more. It asks for more after each piece of a
  // message that comes in several records, though the rest be here; in thousands of them: others have a turn in between.
  async::Task<Result<>> await_ciphertext(std::uint64_t before, async::Deadline deadline);
  bool use_ticket_key(bool shared);
  Result<> take_early_data();
  void note_presented();
  net::Attempt failed_with(int code);
  std::string refusal_of_peer(int code) const;

  std::unique_ptr<net::Stream> transport_;
  std::shared_ptr<const ServerContext> server_;
  std::shared_ptr<const ClientContext> client_;
  crypto::SessionHandle session_;
  net::Block received_;      // ciphertext that GnuTLS has not asked for yet
  std::uint64_t taken_ = 0;  // bytes of ciphertext that GnuTLS has got so far
  std::optional<net::Attempt> end_read_;  // end or failed: what comes behind the last data, seen already
  std::string unsent_;       // ciphertext that the transport has not taken yet, from unsent_from_ on
  std::size_t unsent_from_ = 0;
  bool goes_out_ = false;  // what GnuTLS gives goes past unsent_, if nothing waits there
  std::string server_name_;
  bool hello_seen_ = false;
  bool ticket_key_set_ = false;
  bool ticket_key_is_shared_ = true;  // or this connection's own: nobody can resume its tickets, they can only be armed
  bool asked_for_certificate_ = false;
  ClientAuth client_auth_ = ClientAuth::never;
  HandshakeWatch* watch_ = nullptr;  // during the handshake
  std::string armed_for_;
  bool certificate_shown_ = false;      // in the last Certificate message
  std::vector<std::string> presented_;
  std::string early_;  // what came while a certificate was asked for, from early_from_ on
  std::size_t early_from_ = 0;
  std::vector<TicketId> tickets_sent_;
  bool transport_ended_ = false;
  bool dead_ = false;  // after a fatal error GnuTLS must not be asked again
};

}  // namespace sallyport::tls
