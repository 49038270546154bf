#include "inbound/certificate_forgetting.hpp"

#include "base/text.hpp"

namespace sallyport::inbound {
namespace {

constexpr unsigned kTickets = 4;
// A connection that was opened to be ready, without a request of its own, teaches a browser nothing.
constexpr unsigned kHandshakes = 2;
// Chromium has at most six connections to a host.
constexpr std::uint64_t kMostMoves = 6;

}  // namespace

bool begin_forgetting(Commons& commons, exchange::Exchange& x, ClientConnection& connection,
                      CertificateAttempts::Remembered what) {
  tls::TlsStream* const stream = connection.security().stream;
  const auto agent = x.request().headers.find("User-Agent");
  const bool is_chromium = agent && agent->find("Chrome/") != std::string_view::npos;
  if (stream == nullptr || !is_chromium) return false;
  const bool is_certificate = what == CertificateAttempts::Remembered::certificate;
  // By HTTP/1.1, whose connections fail one after the other, Chromium would often believe that nothing was wrong with it.
  if (is_certificate && !connection.security().is_http_2) return false;
  const Result<> sent = stream->send_tickets(kTickets);
  if (!sent) return false;
  const TimePoint now = x.loop().now();
  const std::string name = commons.certificate_attempts.begin_forgetting(what, is_certificate ? kHandshakes : 1, now);
  // Over TLS 1.2, say, there are no tickets.
  if (!connection.arm(name, now + CertificateAttempts::kForgetting)) return false;
  x.stream().close_connection_after();
  return true;
}

async::Task<> serve_forgetting(exchange::Exchange& x, const http::CanonicalTarget& target) {
  const auto moves = target.has_query() ? parse_unsigned(target.query(), kMostMoves - 1) : 0;
  if (moves) {
    x.stream().close_connection_after();
    co_await x.redirect("/pkmsforget?" + std::to_string(*moves + 1), 307);
    co_return;
  }
  exchange::Page nothing;
  nothing.status = 204;
  co_await x.respond(std::move(nothing));
}

}  // namespace sallyport::inbound
