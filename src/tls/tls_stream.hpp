#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "crypto/gnutls_owner.hpp"
#include "net/block.hpp"
#include "net/stream.hpp"
#include "tls/client_context.hpp"
#include "tls/server_context.hpp"

namespace sallyport::tls {

// A TLS connection over another stream. Loop-local. A handshake that the client begins later (TLS 1.2 renegotiation)
// ends the connection: it cannot be refused and survived, and accepting it is a way to burn our processor.
class TlsStream final : public net::Stream {
 public:
  // Server side: reads the ClientHello, chooses the certificate by server name, completes the handshake and sends
  // tickets if the context says so. Errors: tls, timeout, closed, reset.
  static async::Task<Result<std::unique_ptr<TlsStream>>> accept(std::unique_ptr<net::Stream> transport,
                                                                std::shared_ptr<const ServerContext> context,
                                                                async::Deadline deadline);
  // Client side: `server_name` goes into SNI (unless it is an address) and, if the context verifies, must be in the
  // peer's certificate. Errors: tls (with the reason why the certificate was refused), timeout, closed, reset.
  static async::Task<Result<std::unique_ptr<TlsStream>>> connect(std::unique_ptr<net::Stream> transport,
                                                                 std::shared_ptr<const ClientContext> context,
                                                                 std::string server_name, async::Deadline deadline);
  ~TlsStream() override;

  net::Attempt try_read(std::span<char> into) override;
  bool is_dry() const override;
  net::Attempt try_write(std::string_view from) override;
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
  std::string cipher() const;
  std::string alpn() const;
  bool resumed() const;

 private:
  TlsStream(std::unique_ptr<net::Stream> transport, std::shared_ptr<const ServerContext> server,
            std::shared_ptr<const ClientContext> client);

  static async::Task<Result<>> ready_now();
  static ssize_t pull(gnutls_transport_ptr_t self, void* into, std::size_t size);
  static ssize_t push(gnutls_transport_ptr_t self, const giovec_t* pieces, int count);
  static int handshake_hook(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                            const gnutls_datum_t* message);
  ssize_t take_from_transport(void* into, std::size_t size);
  void on_client_hello(std::string_view message);
  void on_ticket_sent(std::string_view message);
  std::string ticket_binding() const;
  Result<> prepare_server();
  Result<> prepare_client(const std::string& server_name);
  Result<> send_tickets();
  async::Task<Result<>> handshake(async::Deadline deadline);
  net::Attempt failed_with(int code);
  std::string refusal_of_peer(int code) const;

  std::unique_ptr<net::Stream> transport_;
  std::shared_ptr<const ServerContext> server_;
  std::shared_ptr<const ClientContext> client_;
  crypto::SessionHandle session_;
  net::Block received_;      // ciphertext that GnuTLS has not asked for yet
  std::string unsent_;       // ciphertext that the transport has not taken yet, from unsent_from_ on
  std::size_t unsent_from_ = 0;
  std::string server_name_;
  bool hello_seen_ = false;
  bool ticket_key_set_ = false;
  bool transport_ended_ = false;
  bool dead_ = false;  // after a fatal error GnuTLS must not be asked again
};

}  // namespace sallyport::tls
