#include "tls/client_hello.hpp"

#include <gnutls/gnutls.h>

#include <boost/test/unit_test.hpp>
#include <optional>

#include "crypto/gnutls_owner.hpp"

using namespace sallyport;
using namespace sallyport::tls;
using namespace std::string_literals;

namespace {

// The record that a client of GnuTLS begins with.
std::string client_hello_of(unsigned flags) {
  gnutls_session_t raw = nullptr;
  BOOST_REQUIRE(gnutls_init(&raw, GNUTLS_CLIENT | GNUTLS_NONBLOCK | flags) == 0);
  const crypto::SessionHandle session(raw);
  gnutls_certificate_credentials_t credentials = nullptr;
  gnutls_certificate_allocate_credentials(&credentials);
  const crypto::CredentialsHandle owned(credentials);
  gnutls_set_default_priority(raw);
  gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, credentials);
  std::string sent;
  gnutls_transport_set_ptr(raw, &sent);
  gnutls_transport_set_push_function(raw, [](gnutls_transport_ptr_t into, const void* from, std::size_t size) {
    static_cast<std::string*>(into)->append(static_cast<const char*>(from), size);
    return static_cast<ssize_t>(size);
  });
  gnutls_transport_set_pull_function(raw, [](gnutls_transport_ptr_t, void*, std::size_t) -> ssize_t { return 0; });
  gnutls_handshake(raw);
  BOOST_REQUIRE(sent.size() > 100u);
  return sent;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_client_hello)

BOOST_AUTO_TEST_CASE(the_server_name_is_lowered_and_loses_its_final_dot) {
  HelloExtensions hello;
  note_extension(hello, 0, "\x00\x0c\x00\x00\x09""WWW.a.bc."s);
  BOOST_TEST(hello.server_name == "www.a.bc");
}

BOOST_AUTO_TEST_CASE(a_list_that_lies_about_its_length_names_nobody) {
  for (const auto& body : {"\x00\xff\x00\x00\x09www"s, "\x00\x05\x00\x00\x09www"s, "\x00"s, ""s, "\x00\x03\x01\x00\x00"s}) {
    HelloExtensions hello;
    note_extension(hello, 0, body);
    BOOST_TEST(hello.server_name.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_first_psk_identity_is_the_ticket) {
  HelloExtensions hello;
  note_extension(hello, 41, "\x00\x0a\x00\x04tick\x00\x00\x00\x00\x00\x21\x20"s);
  BOOST_TEST(hello.ticket == "tick");
}

BOOST_AUTO_TEST_CASE(http_2_is_found_among_the_protocols) {
  HelloExtensions hello;
  note_extension(hello, 16, "\x00\x09\x08http/1.1"s);
  BOOST_TEST(!hello.offers_h2);
  note_extension(hello, 16, "\x00\x0c\x02h2\x08http/1.1"s);
  BOOST_TEST(hello.offers_h2);
  HelloExtensions cut;
  note_extension(cut, 16, "\x00\x0c\x09h2"s);
  BOOST_TEST(!cut.offers_h2);
}

BOOST_AUTO_TEST_CASE(whether_it_knows_tls_1_2_is_said_by_its_versions) {
  HelloExtensions old;
  BOOST_TEST(old.knows_tls_1_2);
  HelloExtensions both;
  note_extension(both, 43, "\x04\x03\x04\x03\x03"s);
  BOOST_TEST(both.knows_tls_1_2);
  HelloExtensions newest;
  note_extension(newest, 43, "\x02\x03\x04"s);
  BOOST_TEST(!newest.knows_tls_1_2);
}

BOOST_AUTO_TEST_CASE(post_handshake_authentication_is_offered_or_not) {
  for (const bool offers : {true, false}) {
    const std::string hello = client_hello_of(offers ? GNUTLS_POST_HANDSHAKE_AUTH : 0);
    BOOST_TEST((may_offer_post_handshake_auth(hello) == offers));
    BOOST_TEST((may_offer_post_handshake_auth(hello + "what comes after it") == offers));
    for (std::size_t size = 0; size < hello.size(); ++size) {
      BOOST_TEST_INFO(size);
      BOOST_TEST((may_offer_post_handshake_auth(hello.substr(0, size)) == std::nullopt));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_may_offer_anything) {
  const std::string hello = client_hello_of(0);
  BOOST_TEST((may_offer_post_handshake_auth("GET / HTTP/1.1\r\n") == true));
  BOOST_TEST((may_offer_post_handshake_auth("\x16\x03\x01\xff\xff"s) == true));
  BOOST_TEST((may_offer_post_handshake_auth("\x16\x03\x01\x00\x00"s) == true));
  BOOST_TEST((may_offer_post_handshake_auth("\x16\x03\x01\x00\x02\x01\x00"s) == true));
  // A ClientHello that goes on in the next record, and one whose extensions are cut short.
  const std::size_t half = 100;
  const std::string first = hello.substr(0, 3) + '\0' + static_cast<char>(half) + hello.substr(5, half);
  BOOST_TEST((may_offer_post_handshake_auth(first) == true));
  std::string shorter = first;
  shorter[7] = 0;
  shorter[8] = static_cast<char>(half - 4);
  BOOST_TEST((may_offer_post_handshake_auth(shorter) == true));
  std::string other = hello;
  other[5] = 2;  // a ServerHello
  BOOST_TEST((may_offer_post_handshake_auth(other) == true));
}

BOOST_AUTO_TEST_CASE(a_record_of_data_is_recognised_when_it_is_whole) {
  const std::string record = "\x17\x03\x03\x01\x02"s + std::string(0x102, 'x');
  BOOST_TEST(begins_with_data_record(record));
  BOOST_TEST(begins_with_data_record(record + "\x15"));
  for (std::size_t size = 0; size < record.size(); ++size) BOOST_TEST(!begins_with_data_record(record.substr(0, size)));
  std::string alert = record;
  alert[0] = 0x15;
  BOOST_TEST(!begins_with_data_record(alert));
  BOOST_TEST(!begins_with_data_record("\x17\x03\x03\x00\x00"s));
}

BOOST_AUTO_TEST_CASE(a_certificate_message_says_whether_there_is_one_in_it) {
  BOOST_TEST(!shows_certificate("\x00\x00\x00\x00"s, true));
  BOOST_TEST(shows_certificate("\x00\x00\x00\x07\x00\x00\x02hi\x00\x00"s, true));
  BOOST_TEST(shows_certificate("\x04""abcd\x00\x00\x01x"s, true));
  BOOST_TEST(!shows_certificate("\x00\x00\x00"s, false));
  BOOST_TEST(shows_certificate("\x00\x00\x05\x00\x00\x02hi"s, false));
  BOOST_TEST(!shows_certificate(""s, true));
}

BOOST_AUTO_TEST_CASE(a_ticket_is_found_in_its_message) {
  BOOST_TEST(ticket_of_message("\x00\x00\x1c\x20\x01\x02\x03\x04\x01\x00\x00\x04tick\x00\x00"s) == "tick");
  BOOST_TEST(ticket_of_message("\x00\x00\x1c"s).empty());
}

BOOST_AUTO_TEST_SUITE_END()
