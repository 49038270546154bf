#include "tls/client_hello.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::tls;
using namespace std::string_literals;

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
