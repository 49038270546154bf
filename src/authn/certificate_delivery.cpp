#include "authn/certificate_delivery.hpp"

namespace sallyport::authn {
namespace {

// Rounds after which a client that was never asked has no tickets: each of Chromium's idle connections may cost one.
constexpr unsigned kRoundsWithoutQuestion = 2;
constexpr unsigned kMostDetours = 4;
constexpr unsigned kMostInPlace = 3;
constexpr unsigned kMostHttp11 = 4;

}  // namespace

std::string_view name_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::armed_ticket: return "armed-ticket";
    case Delivery::in_place: return "in-place";
    case Delivery::http_1_1: return "http-1.1";
    case Delivery::tls_1_2: return "tls-1.2";
    case Delivery::other_port: return "other-port";
    case Delivery::none: return "none";
  }
  return "none";
}

Delivery next_delivery(const ConnectionAbilities& connection, const CertificateProgress& progress,
                       const Deliveries& allowed) {
  if (progress.rounds >= allowed.most_rounds) return allowed.other_port ? Delivery::other_port : Delivery::none;
  // A renegotiation that a browser ends to ask its user counts as one; it comes again on another connection.
  const bool in_place = allowed.in_place && !progress.refused_in_place && progress.in_place < kMostInPlace;
  if (connection.can_be_asked && in_place) return Delivery::in_place;
  if (connection.is_tls_1_3 && allowed.armed_ticket) {
    // Over HTTP/1.1 each connection that lies idle in the client may take a round.
    const unsigned patience = kRoundsWithoutQuestion + (progress.http_1_1 > 0 ? kRoundsWithoutQuestion : 0);
    if (progress.asked > 0 || progress.rounds < patience) return Delivery::armed_ticket;
  }
  if (connection.is_http_2) {
    // Chromium forgets it when it opens a connection anew after it has asked its user.
    if (allowed.http_1_1 && progress.http_1_1 < kMostHttp11) return Delivery::http_1_1;
  } else if (connection.is_tls_1_3 && allowed.tls_1_2 && in_place && progress.detours < kMostDetours) {
    return Delivery::tls_1_2;
  }
  return allowed.other_port ? Delivery::other_port : Delivery::none;
}

}  // namespace sallyport::authn
