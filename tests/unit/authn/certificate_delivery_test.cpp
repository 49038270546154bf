#include "authn/certificate_delivery.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::authn;

namespace {

constexpr ConnectionAbilities kH2{.is_http_2 = true, .is_tls_1_3 = true, .can_be_asked = false};
constexpr ConnectionAbilities kH2OnTls12{.is_http_2 = true, .is_tls_1_3 = false, .can_be_asked = false};
constexpr ConnectionAbilities kH1{.is_http_2 = false, .is_tls_1_3 = true, .can_be_asked = false};
constexpr ConnectionAbilities kH1PostHandshake{.is_http_2 = false, .is_tls_1_3 = true, .can_be_asked = true};
constexpr ConnectionAbilities kH1OnTls12{.is_http_2 = false, .is_tls_1_3 = false, .can_be_asked = true};
constexpr ConnectionAbilities kNoRenegotiation{.is_http_2 = false, .is_tls_1_3 = false, .can_be_asked = false};

bool is(Delivery got, Delivery expected) {
  BOOST_TEST(name_of(got) == name_of(expected));
  return got == expected;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_certificate_delivery)

BOOST_AUTO_TEST_CASE(a_connection_that_can_be_asked_is_asked_and_tls_1_3_gets_armed_tickets) {
  const Deliveries all;
  BOOST_TEST(is(next_delivery(kH2, {}, all), Delivery::armed_ticket));
  BOOST_TEST(is(next_delivery(kH1, {}, all), Delivery::armed_ticket));
  BOOST_TEST(is(next_delivery(kH1PostHandshake, {}, all), Delivery::in_place));
  BOOST_TEST(is(next_delivery(kH1OnTls12, {}, all), Delivery::in_place));
  BOOST_TEST(is(next_delivery(kH2OnTls12, {}, all), Delivery::http_1_1));
  BOOST_TEST(is(next_delivery(kNoRenegotiation, {}, all), Delivery::none));
}

BOOST_AUTO_TEST_CASE(a_client_that_shows_no_tickets_is_taken_down_the_chain_to_its_end) {
  Deliveries all;
  all.other_port = true;
  CertificateProgress progress;
  progress.rounds = 2;
  BOOST_TEST(is(next_delivery(kH2, progress, all), Delivery::http_1_1));
  progress.http_1_1 = 1;
  BOOST_TEST(is(next_delivery(kH1, progress, all), Delivery::armed_ticket));
  progress.rounds = 4;
  BOOST_TEST(is(next_delivery(kH1, progress, all), Delivery::tls_1_2));
  progress.detours = 4;
  BOOST_TEST(is(next_delivery(kH1, progress, all), Delivery::other_port));
  all.other_port = false;
  BOOST_TEST(is(next_delivery(kH1, progress, all), Delivery::none));
}

BOOST_AUTO_TEST_CASE(a_client_that_comes_back_by_http_2_is_sent_away_again_but_not_for_ever) {
  const Deliveries all;
  CertificateProgress progress;
  progress.asked = 1;
  for (progress.http_1_1 = 0; progress.http_1_1 < 4; ++progress.http_1_1) {
    BOOST_TEST(is(next_delivery(kH2OnTls12, progress, all), Delivery::http_1_1));
  }
  BOOST_TEST(is(next_delivery(kH2OnTls12, progress, all), Delivery::none));
}

BOOST_AUTO_TEST_CASE(a_client_that_was_asked_goes_on_with_tickets_until_the_rounds_are_over) {
  const Deliveries all;
  CertificateProgress progress;
  progress.asked = 1;
  for (progress.rounds = 0; progress.rounds < all.most_rounds; ++progress.rounds) {
    BOOST_TEST(is(next_delivery(kH2, progress, all), Delivery::armed_ticket));
  }
  BOOST_TEST(is(next_delivery(kH2, progress, all), Delivery::none));
}

BOOST_AUTO_TEST_CASE(what_the_administrator_switched_off_is_left_out) {
  Deliveries some;
  some.armed_ticket = false;
  BOOST_TEST(is(next_delivery(kH2, {}, some), Delivery::http_1_1));
  BOOST_TEST(is(next_delivery(kH1, {}, some), Delivery::tls_1_2));
  some.tls_1_2 = false;
  BOOST_TEST(is(next_delivery(kH1, {}, some), Delivery::none));
  some.http_1_1 = false;
  BOOST_TEST(is(next_delivery(kH2, {}, some), Delivery::none));
  BOOST_TEST(is(next_delivery(kH1OnTls12, {}, some), Delivery::in_place));
  some.in_place = false;
  BOOST_TEST(is(next_delivery(kH1OnTls12, {}, some), Delivery::none));
  some.tls_1_2 = true;  // of no use without a renegotiation
  BOOST_TEST(is(next_delivery(kH1, {}, some), Delivery::none));
}

BOOST_AUTO_TEST_CASE(a_client_that_refuses_or_breaks_off_is_not_asked_in_place_for_ever) {
  const Deliveries all;
  CertificateProgress progress;
  progress.refused_in_place = true;
  BOOST_TEST(is(next_delivery(kH1OnTls12, progress, all), Delivery::none));
  progress.refused_in_place = false;
  progress.in_place = 2;
  BOOST_TEST(is(next_delivery(kH1OnTls12, progress, all), Delivery::in_place));
  progress.in_place = 3;
  BOOST_TEST(is(next_delivery(kH1OnTls12, progress, all), Delivery::none));
}

BOOST_AUTO_TEST_SUITE_END()
